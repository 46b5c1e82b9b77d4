#include "authentication/password_authenticator.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "async/task_group.h"
#include "authentication/password_hash.h"
#include "base/durable_file.h"
#include "base/encoding.h"
#include "registry/authorizer_records.h"
#include "storage/memory_resource_store.h"

namespace gatehouse::authentication {
namespace {

using testing::HasSubstr;

constexpr std::string_view document =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iot:Connect","Resource":"*"},)"
    R"({"Effect":"Allow","Action":"iot:Publish",)"
    R"("Resource":"arn:aws:iot:*:*:topic/${gatehouse:UserName}/${iot:ClientId}"}]})";

class PasswordAuthenticatorTest : public ::testing::Test {
protected:
    PasswordAuthenticatorTest() {
        std::string name = testing::TempDir() + "passwords_XXXXXX";
        folder_ = ::mkdtemp(name.data());
        std::filesystem::create_directories(source_().policies);
        put_policy("default", document);
        put_user("alice", "secret");
    }
    ~PasswordAuthenticatorTest() override { std::filesystem::remove_all(folder_); }

    PasswordSource source_() const { return {folder_ / "users", folder_ / "policies"}; }
    void put_policy(const std::string& name, std::string_view text) {
        EXPECT_TRUE(write_file(source_().policies / (name + ".json"), text, FileAccess::Readable));
    }
    void put_user(const std::string& name, std::string_view password,
                  const std::string& policy = "default") {
        const auto hash = hash_password(password, PasswordAlgorithm::Bcrypt, random_);
        const auto old = read_file(source_().users);
        const auto changed = change_password_file(old.value_or(""), name, {*hash, policy});
        EXPECT_TRUE(write_file(source_().users, changed.text, FileAccess::Private));
    }
    Result<void> start(std::size_t waiting_max = 16) {
        auto made = PasswordAuthenticator::make(
            {.tenant = {},
             .waiting_max = waiting_max,
             .brake = {},
             .stand_in_key = "key",
             .verify =
                 [this](const std::string& hash, std::string_view password) {
                     verified_.emplace_back(cost_of(hash));
                     return verify_password(hash, password);
                 }},
            source_(),
            {.home = loop_,
             .clock = clock_,
             .random = random_,
             .directory = directory_,
             .events = events_,
             .levels = levels_,
             .metrics = metrics_});
        if (!made) return fail(std::move(made.error()));
        passwords_ = std::move(*made);
        return {};
    }
    std::shared_ptr<Credentials> credentials(std::optional<std::string> user_name,
                                             std::optional<std::string> password) {
        auto made = std::make_shared<Credentials>();
        made->mqtt = MqttCredentials{"lamp", std::move(user_name), std::nullopt};
        if (password) made->mqtt->password.emplace(password->begin(), password->end());
        return made;
    }
    AuthenticationResult ask(std::shared_ptr<const Credentials> about) {
        AuthenticationResult result = std::unexpected(Refusal());
        async::TaskGroup tasks(loop_, "test");
        bool done = false;
        tasks.start([](auto& self, auto about, auto& result, bool& done) -> async::Task<void> {
            result = co_await self.passwords_->ask(std::move(about), {}, Deadline::never());
            done = true;
        }(*this, std::move(about), result, done));
        for (int i = 0; i < 10'000 && !done; ++i) loop_.run_once(std::chrono::milliseconds(10));
        return result;
    }
    std::string refusal_of(std::optional<std::string> user, std::optional<std::string> password) {
        const auto result = ask(credentials(std::move(user), std::move(password)));
        return result ? "" : result.error().sentence;
    }

    std::filesystem::path folder_;
    ManualClock clock_;
    SystemRandom random_;
    async::EventLoop loop_{clock_, {}};
    storage::MemoryResourceStore store_{clock_};
    async::Snapshot<registry::AuthorizerDirectory> directory_{
        std::make_shared<const registry::AuthorizerDirectory>()};
    logs::NullSink events_;
    logs::FixedLevel levels_{logs::Level::Info};
    logs::Metrics metrics_;
    std::vector<std::string> verified_;  // by what their hashes cost
    std::unique_ptr<PasswordAuthenticator> passwords_;
};

TEST_F(PasswordAuthenticatorTest, LetsInWithThePolicyOfTheUser) {
    ASSERT_TRUE(start());
    const auto result =
        ask(credentials("alice?x-amz-customauthorizer-name=password-file", "secret"));
    ASSERT_TRUE(result) << result.error().sentence;
    EXPECT_EQ((*result)->principal_id, "alice");
    EXPECT_EQ((*result)->authorizer_name, "password-file");
    EXPECT_TRUE((*result)->policies->decide(policy::Action::Publish, "alice/lamp").allowed());
    EXPECT_FALSE((*result)->policies->decide(policy::Action::Publish, "bob/lamp").allowed());
    EXPECT_FALSE((*result)->policies->decide(policy::Action::Publish, "alice/other").allowed());
}

TEST_F(PasswordAuthenticatorTest, RefusesWithTheReason) {
    ASSERT_TRUE(start());
    EXPECT_THAT(refusal_of("alice", "guess"), HasSubstr("the password of user 'alice' is wrong"));
    EXPECT_THAT(refusal_of("bob", "secret"), HasSubstr("there is no user 'bob'"));
    EXPECT_THAT(refusal_of("alice", std::nullopt), HasSubstr("no password"));
    EXPECT_THAT(refusal_of("", "secret"), HasSubstr("no user name"));
    EXPECT_THAT(refusal_of(std::nullopt, "nobody"), HasSubstr("no user name"));
}

// What is checked decides how long a refusal takes.
TEST_F(PasswordAuthenticatorTest, UsersThatThereAreNotAreCheckedAsThoseThatThereAre) {
    constexpr std::string_view users =
        "slow:$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW\n"
        "quick:$2b$04$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW\n";
    ASSERT_TRUE(write_file(source_().users, users, FileAccess::Private));
    const auto costs_of_guesses = [this] {
        EXPECT_TRUE(start());
        verified_.clear();
        for (int i = 0; i < 50; ++i) EXPECT_NE(refusal_of("n" + std::to_string(i), "guess"), "");
        return verified_;
    };
    const auto costs = costs_of_guesses();
    EXPECT_EQ(costs.size(), 50U) << "each is checked once";
    EXPECT_GT(std::ranges::count(costs, "$2b$05$"), 10);
    EXPECT_GT(std::ranges::count(costs, "$2b$04$"), 10);
    EXPECT_EQ(costs_of_guesses(), costs) << "a restart changes none";
    verified_.clear();
    EXPECT_NE(refusal_of("slow", "guess"), "");
    EXPECT_NE(refusal_of("quick", "guess"), "");
    EXPECT_THAT(verified_, testing::ElementsAre("$2b$05$", "$2b$04$"));
}

TEST_F(PasswordAuthenticatorTest, RemembersWhatWasRightUntilTheFileChanges) {
    ASSERT_TRUE(start());
    ASSERT_TRUE(ask(credentials("alice", "secret")));
    ASSERT_TRUE(ask(credentials("alice", "secret")));
    EXPECT_FALSE(ask(credentials("alice", "guess")));
    put_user("alice", "changed");
    put_user("bob", "other");
    ASSERT_TRUE(passwords_->reload());
    EXPECT_FALSE(ask(credentials("alice", "secret")));
    EXPECT_TRUE(ask(credentials("alice", "changed")));
    EXPECT_TRUE(ask(credentials("bob", "other")));
}

TEST_F(PasswordAuthenticatorTest, DecidesWhenItIsNamedOrNobodyElseIs) {
    ASSERT_TRUE(start());
    const auto decides = [&](const char* user_name) {
        return passwords_->decides_about(*credentials(user_name, "x"));
    };
    EXPECT_TRUE(decides("alice"));
    EXPECT_TRUE(decides("alice?x-amz-customauthorizer-name=password-file"));
    EXPECT_FALSE(decides("alice?x-amz-customauthorizer-name=Other"));
    registry::AuthorizerRecords records(store_, {});
    ASSERT_TRUE(records.create({}, {.name = registry::AuthorizerName("Other"),
                                    .function_arn = registry::FunctionArn(
                                        "arn:aws:lambda:us-east-1:000000000000:function:auth"),
                                    .signing_disabled = true}));
    ASSERT_TRUE(records.set_default({}, registry::AuthorizerName("Other")));
    directory_.replace(*registry::AuthorizerDirectory::read(store_));
    EXPECT_FALSE(decides("alice")) << "the account has a default authorizer";
    EXPECT_TRUE(decides("alice?x-amz-customauthorizer-name=password-file"));
    auto elsewhere = credentials("alice", "x");
    elsewhere->tenant.account = AccountId("111122223333");
    EXPECT_FALSE(passwords_->decides_about(*elsewhere));
}

TEST_F(PasswordAuthenticatorTest, TakesBasicAuthenticationOverHttp) {
    ASSERT_TRUE(start());
    auto request = std::make_shared<Credentials>();
    request->http = std::make_unique<HttpCredentials>();
    request->http->headers.add("Authorization", "Basic " + to_base64(bytes_of("alice:secret")));
    EXPECT_TRUE(ask(request));
    request = std::make_shared<Credentials>();
    request->http = std::make_unique<HttpCredentials>();
    request->http->headers.add("Authorization", "basic " + to_base64(bytes_of("alice:secret")));
    EXPECT_TRUE(ask(request)) << "the scheme in any case";
    auto without = std::make_shared<Credentials>();
    without->http = std::make_unique<HttpCredentials>();
    const auto refused = ask(without);
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().sentence, HasSubstr("Authorization: Basic"));
}

TEST_F(PasswordAuthenticatorTest, APolicyHasToFitTheLongestNameOfItsUsers) {
    // 40 times the name, in 2048 characters.
    std::string topics;
    for (int i = 0; i < 40; ++i) {
        topics +=
            fmt::format(R"({}"arn:aws:iot:*:*:topic/${{gatehouse:UserName}}")", i == 0 ? "" : ",");
    }
    put_policy("wide", fmt::format(R"({{"Version":"2012-10-17","Statement":[{{"Effect":"Allow",)"
                                   R"("Action":"iot:Publish","Resource":[{}]}}]}})",
                                   topics));
    put_user("bob", "other", "wide");
    ASSERT_TRUE(start());
    EXPECT_TRUE(ask(credentials("bob", "other")));
    const std::string long_name(60, 'b');
    put_user(long_name, "other", "wide");
    const auto refused = passwords_->reload();
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message, HasSubstr("wide.json, with the name of user 'bbbb"));
    EXPECT_TRUE(ask(credentials("bob", "other"))) << "what there was stays";
}

TEST_F(PasswordAuthenticatorTest, DoesNotStartWithFilesThatCannotBeUsed) {
    put_user("carol", "x", "absent");
    auto started = start();
    ASSERT_FALSE(started);
    EXPECT_THAT(started.error().message, HasSubstr("there is no absent.json"));
    put_policy("absent", "{");
    started = start();
    ASSERT_FALSE(started);
    EXPECT_THAT(started.error().message, HasSubstr("absent.json"));
    put_policy("absent", document);
    EXPECT_TRUE(start());
    std::filesystem::permissions(source_().users, std::filesystem::perms(0640));
    EXPECT_TRUE(start()) << "as for the key of TLS";
    std::filesystem::permissions(source_().users, std::filesystem::perms(0644));
    EXPECT_FALSE(start()) << "others may read the hashes";
    put_policy("absent", "{");
    EXPECT_FALSE(passwords_->reload());
    EXPECT_TRUE(ask(credentials("alice", "secret"))) << "what there was stays";
}

}  // namespace
}  // namespace gatehouse::authentication
