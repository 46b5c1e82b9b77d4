#include "iam/accounts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "async/run_to_end.h"
#include "base/durable_file.h"
#include "storage/memory_resource_store.h"
#include "storage/scratch_dir.h"

namespace gatehouse::iam {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const RootKey preset_one{AccessKeyId("test"), "test-secret"};
const RootKey preset_two{AccessKeyId("other"), "other-secret"};

class AccountsTest : public ::testing::Test {
protected:
    Result<std::unique_ptr<Accounts>> try_load(std::optional<RootKey> preset = {}) {
        settings_.preset = std::move(preset);
        settings_.credentials_file = dir_.file("credentials");
        if (!box_) open_box("secret.key");
        return Accounts::load({store_, *box_, clock_, random_}, settings_);
    }
    std::unique_ptr<Accounts> load(std::optional<RootKey> preset = {}) {
        return std::move(try_load(std::move(preset)).value());
    }
    void open_box(const std::string& name) {
        box_ = std::move(storage::SecretBox::open_key_file(dir_.file(name), random_).value());
    }
    std::string credentials() {
        return read_private_file(dir_.file("credentials")).value_or("none");
    }
    Result<void> admit(Accounts& accounts, const char* account) {
        return async::run_to_end(clock_, accounts.admit(AccountId(account)));
    }
    std::string everything_stored() {
        std::string text;
        EXPECT_TRUE(memory_.scan(access_key_kind, [&](storage::Record record) {
            text += record.key.name + record.body;
        }));
        return text;
    }

    ManualClock clock_;
    SystemRandom random_;
    storage::ScratchDir dir_;
    storage::MemoryResourceStore memory_{clock_};
    async::WorkerPool workers_{{.name = "storage", .threads = 2}};
    storage::AsyncResourceStore store_{memory_, workers_};
    std::unique_ptr<storage::SecretBox> box_;
    AccountSettings settings_;
};

TEST_F(AccountsTest, WhoAsksForManySessionsTakesNobodysPlace) {
    const auto accounts = load();
    const AccountId account("111111111111");
    const auto session = [&](const char* user) {
        return accounts->session_keys().issue({.account = account, .principal = user},
                                              std::chrono::hours(12));
    };
    std::size_t issued = 0;
    while (session("arn:aws:iam::111111111111:user/greedy")) ++issued;
    EXPECT_EQ(issued, 1000U);
    const auto other = session("arn:aws:iam::111111111111:user/other");
    ASSERT_TRUE(other);
    EXPECT_TRUE(accounts->find(other->id));
    EXPECT_TRUE(accounts->temporary_keys().issue({.account = account, .principal = "arn:function"},
                                                 std::chrono::hours(1)));
}

TEST_F(AccountsTest, AnAccountThatMakesSessionsOfManyNamesTakesNoOtherAccountsPlace) {
    const auto accounts = load();
    const auto session = [&](const char* account, int name) {
        return accounts->session_keys().issue(
            {.account = AccountId(account),
             .principal = "arn:aws:sts::" + std::string(account) + ":assumed-role/r/" +
                          std::to_string(name)},
            std::chrono::hours(12));
    };
    int issued = 0;
    while (session("111111111111", issued / 900)) ++issued;
    EXPECT_EQ(issued, 10'000);
    EXPECT_TRUE(session("222222222222", 1));
}

TEST_F(AccountsTest, ADeviceThatAsksAgainAndAgainIsNotRefused) {
    const auto accounts = load();
    for (int i = 0; i < 10'010; ++i) {
        ASSERT_TRUE(accounts->device_keys().issue(
            {.account = AccountId("111111111111"),
             .principal = "arn:aws:sts::111111111111:assumed-role/device/c"},
            std::chrono::hours(1)));
    }
    EXPECT_EQ(accounts->device_keys().size(), 10'000U);
}

TEST_F(AccountsTest, TheFirstStartMakesARootKeyAndTheCredentialsFile) {
    const auto accounts = load();
    const RootKey root = accounts->root_key();
    EXPECT_TRUE(root.id.view().starts_with("AKIA"));
    EXPECT_THAT(credentials(), HasSubstr("[default]\naws_access_key_id = " + root.id.value() +
                                         "\naws_secret_access_key = " + root.secret + "\n"));
    EXPECT_THAT(credentials(), HasSubstr("# The region goes elsewhere (AWS_REGION, or "
                                         "~/.aws/config): region = us-east-1"));
    const auto key = accounts->find(root.id);
    ASSERT_TRUE(key.has_value());
    EXPECT_EQ(key->secret, root.secret);
    EXPECT_EQ(key->account, AccountId(default_account));
    EXPECT_EQ(key->principal, "arn:aws:iam::000000000000:root");
    EXPECT_TRUE(key->session_token.empty());
    EXPECT_FALSE(key->expires.has_value());
    EXPECT_FALSE(accounts->find(AccessKeyId("AKIAUNKNOWN")).has_value());
}

TEST_F(AccountsTest, TheKeyStaysAcrossRestarts) {
    const RootKey first = load()->root_key();
    const auto again = load();
    EXPECT_EQ(again->root_key().id, first.id);
    EXPECT_EQ(again->root_key().secret, first.secret);
}

TEST_F(AccountsTest, TheSecretIsNotStoredInClear) {
    const RootKey root = load()->root_key();
    EXPECT_THAT(everything_stored(), HasSubstr(root.id.value()));
    EXPECT_THAT(everything_stored(), Not(HasSubstr(root.secret)));
}

TEST_F(AccountsTest, TheCredentialsFileIsMadeAgainWhenItIsMissingOrStale) {
    const RootKey root = load()->root_key();
    std::filesystem::remove(dir_.file("credentials"));
    load();
    EXPECT_THAT(credentials(), HasSubstr(root.secret));
    ASSERT_TRUE(write_file(dir_.file("credentials"), "[default]\n", FileAccess::Private));
    load();
    EXPECT_THAT(credentials(), HasSubstr(root.secret));
    // What a user added stays, as long as the key is right.
    ASSERT_TRUE(
        write_file(dir_.file("credentials"), credentials() + "[mine]\n", FileAccess::Private));
    load();
    EXPECT_THAT(credentials(), HasSubstr("[mine]"));
}

TEST_F(AccountsTest, APresetIsTheRootKeyAndReplacesTheFormer) {
    const RootKey made = load()->root_key();
    auto accounts = load(preset_one);
    EXPECT_EQ(accounts->root_key().id, preset_one.id);
    EXPECT_EQ(accounts->find(preset_one.id)->secret, preset_one.secret);
    EXPECT_FALSE(accounts->find(made.id).has_value());
    EXPECT_THAT(credentials(), HasSubstr("aws_access_key_id = test\n"));

    accounts = load(preset_two);
    EXPECT_FALSE(accounts->find(preset_one.id).has_value());
    accounts = load(RootKey{preset_two.id, "rotated"});
    EXPECT_EQ(accounts->find(preset_two.id)->secret, "rotated");
    // Without a preset the last one stays.
    EXPECT_EQ(load()->root_key().secret, "rotated");
}

TEST_F(AccountsTest, TheSamePresetWritesNothing) {
    load(preset_one);
    const auto before = memory_.apply(storage::Batch());
    load(preset_one);
    load();
    EXPECT_EQ(memory_.apply(storage::Batch()), before);
}

TEST_F(AccountsTest, APresetThatIsNoKeyIsRefusedWithoutRepeatingIt) {
    for (const RootKey& preset :
         {RootKey{AccessKeyId("ab"), "secret"}, RootKey{AccessKeyId("a b c"), "secret"},
          RootKey{AccessKeyId(std::string(129, 'a')), "secret"}, RootKey{AccessKeyId("abc"), ""},
          RootKey{AccessKeyId("abc"), "hunter2 "}, RootKey{AccessKeyId("abc"), "hunter2\n"}}) {
        const auto refused = try_load(preset);
        ASSERT_FALSE(refused.has_value());
        EXPECT_EQ(refused.error().kind, ErrorKind::InvalidInput);
        EXPECT_THAT(refused.error().message, Not(HasSubstr("hunter2")));
    }
}

TEST_F(AccountsTest, APresetIdOfAnotherAccountIsRefused) {
    load(preset_one);
    settings_.default_tenant.account = AccountId("111111111111");
    const auto refused = try_load(preset_one);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().kind, ErrorKind::Conflict);
}

TEST_F(AccountsTest, AnotherDefaultAccountGetsItsOwnRootKey) {
    const RootKey first = load()->root_key();
    settings_.default_tenant.account = AccountId("111111111111");
    const auto accounts = load();
    EXPECT_NE(accounts->root_key().id, first.id);
    EXPECT_EQ(accounts->find(first.id)->account, AccountId(default_account));
    EXPECT_THAT(credentials(), HasSubstr(accounts->root_key().secret));
}

TEST_F(AccountsTest, ALostKeyFileIsExplainedAndAPresetIsTheWayOut) {
    load();
    open_box("another.key");
    const auto refused = try_load();
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().kind, ErrorKind::Corrupt);
    EXPECT_THAT(refused.error().message, HasSubstr("another.key"));
    EXPECT_THAT(refused.error().message, HasSubstr("GATEHOUSE_ROOT_ACCESS_KEY_ID"));
    const auto accounts = load(preset_one);
    EXPECT_EQ(accounts->root_key().id, preset_one.id);
    EXPECT_TRUE(accounts->problems().empty());
}

TEST_F(AccountsTest, AnInactiveKeyIsUnknown) {
    const auto accounts = load();
    ASSERT_TRUE(memory_.apply(storage::Batch().put(
        key_of(AccessKeyId("AKIAASLEEP")),
        encode(StoredKey{
            .id = AccessKeyId("AKIAASLEEP"),
            .account = AccountId(default_account),
            .user_name = "ann",
            .status = KeyStatus::Inactive,
            .sealed_secret = box_->seal("s", seal_context(AccessKeyId("AKIAASLEEP")))}))));
    ASSERT_TRUE(admit(*accounts, "111111111111"));  // makes it read anew
    EXPECT_FALSE(accounts->find(AccessKeyId("AKIAASLEEP")).has_value());
    EXPECT_EQ(accounts->presumed_account(AccessKeyId("AKIAASLEEP")), AccountId(default_account));
}

TEST_F(AccountsTest, TemporaryKeysAreFoundToo) {
    const auto accounts = load();
    const auto issued = accounts->temporary_keys().issue(
        {.account = AccountId("111111111111"), .principal = "arn:role"}, std::chrono::hours(1));
    ASSERT_TRUE(issued.has_value());
    EXPECT_EQ(accounts->find(issued->id)->session_token, issued->key.session_token);
    EXPECT_EQ(accounts->presumed_account(issued->id), AccountId("111111111111"));
}

TEST_F(AccountsTest, KeysOfFunctionsEndWithTheirRole) {
    const auto accounts = load();
    const AccountId account("111111111111");
    const auto issued = accounts->temporary_keys().issue(
        {.account = account, .principal = "arn:aws:sts::111111111111:assumed-role/worker/f"},
        std::chrono::hours(1));
    accounts->forget_sessions(account, {IdentityKind::Role, "worker"});
    EXPECT_FALSE(accounts->find(issued->id));
}

TEST_F(AccountsTest, AnUnprovenCallerIsWhoItsKeyIdSays) {
    const auto accounts = load(preset_one);
    EXPECT_EQ(accounts->presumed_account(AccessKeyId("123456789012")), AccountId("123456789012"));
    EXPECT_EQ(accounts->presumed_account(preset_one.id), AccountId(default_account));
    EXPECT_EQ(accounts->presumed_account(AccessKeyId("AKIAWHOEVER")), AccountId(default_account));
}

TEST_F(AccountsTest, AccountsComeIntoBeingUpToTheBound) {
    settings_.accounts_max = 3;
    const auto accounts = load();
    EXPECT_TRUE(accounts->has_account(AccountId(default_account)));
    EXPECT_FALSE(accounts->has_account(AccountId("111111111111")));
    EXPECT_TRUE(admit(*accounts, "111111111111").has_value());
    EXPECT_TRUE(accounts->has_account(AccountId("111111111111")));
    EXPECT_TRUE(admit(*accounts, "222222222222").has_value());
    const auto refused = admit(*accounts, "333333333333");
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().kind, ErrorKind::LimitExceeded);
    EXPECT_THAT(refused.error().message, HasSubstr("--accounts-max"));
    EXPECT_TRUE(admit(*accounts, "111111111111").has_value());
    EXPECT_EQ(admit(*accounts, "12").error().kind, ErrorKind::InvalidInput);
    // They are kept.
    EXPECT_TRUE(load()->has_account(AccountId("222222222222")));
}

TEST_F(AccountsTest, AnAccountThatCameIntoBeingElsewhereIsAdmitted) {
    const auto one = load();
    const auto two = load();
    ASSERT_TRUE(admit(*one, "111111111111").has_value());
    EXPECT_FALSE(two->has_account(AccountId("111111111111")));
    EXPECT_TRUE(admit(*two, "111111111111").has_value());
    EXPECT_TRUE(two->has_account(AccountId("111111111111")));
}

}  // namespace
}  // namespace gatehouse::iam
