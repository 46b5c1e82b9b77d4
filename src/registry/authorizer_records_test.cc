#include "registry/authorizer_records.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "registry/authorizer_directory.h"
#include "registry/authorizer_record.h"
#include "registry/authorizer_samples.h"
#include "registry/overtaken_store.h"
#include "storage/memory_resource_store.h"

namespace gatehouse::registry {
namespace {

using ::testing::HasSubstr;

class AuthorizerRecordsTest : public ::testing::Test {
protected:
    static AuthorizerName name(std::string text) { return AuthorizerName(std::move(text)); }
    void create(std::string text, AuthorizerStatus status = AuthorizerStatus::Active) {
        auto wanted = unsigned_authorizer(std::move(text));
        wanted.status = status;
        const auto created = records_.create(tenant_, wanted);
        ASSERT_TRUE(created.has_value()) << created.error().message;
    }
    void set_status(std::string text, AuthorizerStatus status) {
        ASSERT_TRUE(records_.update(tenant_, name(std::move(text)), {.status = status}));
    }
    // Names page by page, pages separated by "|".
    std::string listing(AuthorizerListing listing) {
        std::string text;
        for (;;) {
            const auto page = records_.list(tenant_, listing);
            if (!page) return page.error().message;
            for (const auto& authorizer : page->authorizers) text += authorizer.name.value() + " ";
            if (page->next_marker.empty()) return text;
            text += "| ";
            listing.marker = page->next_marker;
        }
    }

    const Tenant tenant_;
    const Tenant abroad_{tenant_.account, Region("us-east-2")};
    ManualClock clock_;
    storage::MemoryResourceStore memory_{clock_};
    OvertakenStore store_{memory_};
    AuthorizerRecords records_{store_, {}};
};

TEST_F(AuthorizerRecordsTest, CreatesWithEveryField) {
    auto wanted = signed_authorizer("AutoCustom");
    wanted.status = AuthorizerStatus::Inactive;
    wanted.enable_caching_for_http = true;
    wanted.tags = {{"team", "north"}};
    const auto created = records_.create(tenant_, wanted);
    ASSERT_TRUE(created.has_value()) << created.error().message;
    EXPECT_EQ(*created, (Authorizer{.tenant = tenant_,
                                    .name = name("AutoCustom"),
                                    .function_arn = sample_function,
                                    .token_key_name = "token",
                                    .token_signing_public_keys = {{"first", sample_pem()}},
                                    .status = AuthorizerStatus::Inactive,
                                    .signing_disabled = false,
                                    .enable_caching_for_http = true,
                                    .tags = {{"team", "north"}},
                                    .created = clock_.wall_now(),
                                    .modified = clock_.wall_now()}));
    EXPECT_EQ(created->arn(), "arn:aws:iot:us-east-1:000000000000:authorizer/AutoCustom");
    EXPECT_EQ(records_.describe(tenant_, name("AutoCustom")), created);
}

TEST_F(AuthorizerRecordsTest, AStatusLeftOutIsTheSettings) {
    EXPECT_EQ(records_.create(tenant_, unsigned_authorizer("A"))->status, AuthorizerStatus::Active);
    AuthorizerRecords strict(store_, {.status_when_omitted = AuthorizerStatus::Inactive});
    EXPECT_EQ(strict.create(tenant_, unsigned_authorizer("B"))->status, AuthorizerStatus::Inactive);
}

TEST_F(AuthorizerRecordsTest, RefusesWhatIsInvalidAndStoresNothing) {
    auto wanted = signed_authorizer("A");
    wanted.token_key_name.reset();
    EXPECT_EQ(records_.create(tenant_, wanted).error().refusal, Refusal::InvalidRequest);
    wanted = unsigned_authorizer("A");
    wanted.token_key_name = "";
    EXPECT_EQ(records_.create(tenant_, wanted).error().field, "tokenKeyName");
    EXPECT_EQ(listing({}), "");
}

TEST_F(AuthorizerRecordsTest, ANameIsTakenOncePerTenant) {
    create("A");
    const auto again = records_.create(tenant_, unsigned_authorizer("A"));
    ASSERT_FALSE(again.has_value());
    EXPECT_EQ(again.error().refusal, Refusal::ResourceAlreadyExists);
    EXPECT_EQ(again.error().resource_id, "A");
    EXPECT_EQ(again.error().resource_arn, "arn:aws:iot:us-east-1:000000000000:authorizer/A");
    EXPECT_TRUE(records_.create(abroad_, unsigned_authorizer("A")).has_value());
}

TEST_F(AuthorizerRecordsTest, TheNameOfABuiltInOneIsTaken) {
    AuthorizerRecords records(
        store_, {.built_in = AuthorizerSettings::BuiltIn{tenant_, "built-in", "the setting x"}});
    const auto refused = records.create(tenant_, unsigned_authorizer("built-in"));
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().refusal, Refusal::InvalidRequest);
    EXPECT_EQ(refused.error().field, "authorizerName");
    EXPECT_THAT(refused.error().message, HasSubstr("the setting x"));
    EXPECT_TRUE(records.create(tenant_, unsigned_authorizer("built-out")).has_value());
    EXPECT_TRUE(records.create(abroad_, unsigned_authorizer("built-in")).has_value());
}

class DeclaredAuthorizersTest : public AuthorizerRecordsTest {
protected:
    static DeclaredAuthorizersPtr declared(std::initializer_list<const char*> names) {
        auto made = std::make_shared<DeclaredAuthorizers>();
        made->origin = "the file x";
        for (const char* const name : names) {
            made->authorizers.push_back(
                {.name = AuthorizerName(name),
                 .function_arn = declared_arn({}, AuthorizerKind::Jwt, AuthorizerName(name)),
                 .signing_disabled = true,
                 .kind = AuthorizerKind::Jwt});
        }
        return made;
    }
    std::vector<std::string> pages(AuthorizerRecords& records, std::size_t page_size) {
        std::vector<std::string> names;
        std::string marker;
        do {
            auto page = records.list(tenant_, {.page_size = page_size, .marker = marker});
            if (!page) return {page.error().message};
            EXPECT_LE(page->authorizers.size(), page_size);
            for (const Authorizer& one : page->authorizers) names.push_back(one.name.value());
            marker = page->next_marker;
        } while (!marker.empty());
        return names;
    }
};

TEST_F(DeclaredAuthorizersTest, AreDescribedAndChangedInTheirFileAlone) {
    AuthorizerRecords records(store_, {}, declared({"web"}));
    const AuthorizerName web("web");
    const auto described = records.describe(tenant_, web);
    ASSERT_TRUE(described.has_value());
    EXPECT_EQ(described->function_arn.view(),
              "arn:aws:gatehouse:us-east-1:000000000000:jwt-authorizer/web");
    EXPECT_EQ(records.describe(abroad_, web).error().refusal, Refusal::ResourceNotFound);
    for (const auto& refused :
         {records.create(tenant_, unsigned_authorizer("web")).error(),
          records.update(tenant_, web, {.status = AuthorizerStatus::Inactive}).error(),
          records.remove(tenant_, web).error()}) {
        EXPECT_EQ(refused.refusal, Refusal::InvalidRequest);
        EXPECT_THAT(refused.message, HasSubstr("the file x"));
    }
}

TEST_F(DeclaredAuthorizersTest, MayBeTheDefault) {
    AuthorizerRecords records(store_, {}, declared({"web"}));
    ASSERT_TRUE(records.set_default(tenant_, AuthorizerName("web")).has_value());
    EXPECT_EQ(records.describe_default(tenant_)->kind, AuthorizerKind::Jwt);
    const auto directory = AuthorizerDirectory::read(store_, *declared({"web"})).value();
    ASSERT_NE(directory->default_of(tenant_), nullptr);
    EXPECT_EQ(directory->default_of(tenant_)->authorizer.kind, AuthorizerKind::Jwt);
    // When it is declared no more, there is none.
    EXPECT_EQ(AuthorizerDirectory::read(store_).value()->default_of(tenant_), nullptr);
}

TEST_F(DeclaredAuthorizersTest, AreListedBeforeTheStored) {
    for (const char* const name : {"A", "B", "web"}) create(name);
    AuthorizerRecords records(store_, {}, declared({"tokens", "web"}));
    const std::vector<std::string> all{"tokens", "web", "A", "B"};
    for (const std::size_t page_size : {1, 2, 3, 4, 25}) EXPECT_EQ(pages(records, page_size), all);
    EXPECT_EQ(records.list(tenant_, {.marker = "declared-x"}).error().refusal,
              Refusal::InvalidRequest);
    AuthorizerRecords alone(store_, {}, declared({"tokens"}));
    EXPECT_EQ(alone.list(abroad_, {})->authorizers.size(), 0u);
    const auto directory = AuthorizerDirectory::read(store_, *declared({"web"})).value();
    EXPECT_EQ(directory->find(tenant_, "web")->authorizer.kind, AuthorizerKind::Jwt);
    EXPECT_THAT(directory->problems(), testing::ElementsAre(HasSubstr("'web'")));
}

TEST_F(AuthorizerRecordsTest, TenPerTenant) {
    for (int i = 0; i < 10; ++i) create(std::to_string(i));
    const auto eleventh = records_.create(tenant_, unsigned_authorizer("A"));
    ASSERT_FALSE(eleventh.has_value());
    EXPECT_EQ(eleventh.error().refusal, Refusal::LimitExceeded);
    // That the name is taken is the nearer truth.
    EXPECT_EQ(records_.create(tenant_, unsigned_authorizer("1")).error().refusal,
              Refusal::ResourceAlreadyExists);
    EXPECT_TRUE(records_.create(abroad_, unsigned_authorizer("A")).has_value());
    AuthorizerRecords unlimited(store_, {.authorizers_max = no_limit});
    EXPECT_TRUE(unlimited.create(tenant_, unsigned_authorizer("A")).has_value());
}

TEST_F(AuthorizerRecordsTest, UpdatesWhatIsGivenAndKeepsTheRest) {
    ASSERT_TRUE(records_.create(tenant_, signed_authorizer("A")).has_value());
    clock_.advance(std::chrono::seconds(5));
    const FunctionArn other{"arn:aws:lambda:us-east-1:000000000000:function:other"};
    const auto updated = records_.update(tenant_, name("A"),
                                         {.function_arn = other, .enable_caching_for_http = true});
    ASSERT_TRUE(updated.has_value()) << updated.error().message;
    EXPECT_EQ(updated->function_arn, other);
    EXPECT_TRUE(updated->enable_caching_for_http);
    EXPECT_EQ(updated->token_key_name, "token");
    EXPECT_EQ(updated->status, AuthorizerStatus::Active);
    EXPECT_EQ(updated->modified - updated->created, std::chrono::seconds(5));
    EXPECT_EQ(records_.update(tenant_, name("A"), {.token_key_name = "t2"})->token_key_name, "t2");
}

TEST_F(AuthorizerRecordsTest, AnUpdateMustLeaveItValid) {
    ASSERT_TRUE(records_.create(tenant_, signed_authorizer("A")).has_value());
    const auto refused = [&](const AuthorizerChange& change) {
        return records_.update(tenant_, name("A"), change).error().field;
    };
    EXPECT_EQ(refused({.token_signing_public_keys = Texts()}), "tokenSigningPublicKeys");
    EXPECT_EQ(refused({.token_key_name = ""}), "tokenKeyName");
    EXPECT_EQ(refused({.function_arn = FunctionArn("f")}), "authorizerFunctionArn");
    EXPECT_EQ(records_.update(tenant_, name("B"), {}).error().refusal, Refusal::ResourceNotFound);
}

TEST_F(AuthorizerRecordsTest, AnUpdateThatIsOvertakenStartsAgain) {
    create("A");
    store_.before_apply = [this](storage::ResourceStore& inner) {
        store_.before_apply = nullptr;
        AuthorizerRecords other(inner, {});
        ASSERT_TRUE(other.update(tenant_, name("A"), {.token_key_name = "theirs"}));
    };
    const auto updated = records_.update(tenant_, name("A"), {.enable_caching_for_http = true});
    ASSERT_TRUE(updated.has_value());
    EXPECT_EQ(updated->token_key_name, "theirs");
    EXPECT_TRUE(updated->enable_caching_for_http);
}

TEST_F(AuthorizerRecordsTest, AnUpdateThatIsOvertakenForEverGivesUp) {
    create("A");
    store_.before_apply = [this](storage::ResourceStore& inner) {
        AuthorizerRecords other(inner, {});
        ASSERT_TRUE(other.update(tenant_, name("A"), {.token_key_name = "theirs"}));
    };
    EXPECT_EQ(records_.update(tenant_, name("A"), {}).error().refusal, Refusal::VersionConflict);
}

TEST_F(AuthorizerRecordsTest, OnlyAnInactiveOneIsDeleted) {
    create("A");
    const auto refused = records_.remove(tenant_, name("A"));
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().refusal, Refusal::DeleteConflict);
    EXPECT_THAT(refused.error().message, HasSubstr("INACTIVE"));
    set_status("A", AuthorizerStatus::Inactive);
    EXPECT_TRUE(records_.remove(tenant_, name("A")).has_value());
    EXPECT_EQ(records_.remove(tenant_, name("A")).error().refusal, Refusal::ResourceNotFound);
}

TEST_F(AuthorizerRecordsTest, TheDefaultIsNotDeleted) {
    create("A", AuthorizerStatus::Inactive);
    ASSERT_TRUE(records_.set_default(tenant_, name("A")).has_value());
    const auto refused = records_.remove(tenant_, name("A"));
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().refusal, Refusal::DeleteConflict);
    EXPECT_THAT(refused.error().message, HasSubstr("default"));
    ASSERT_TRUE(records_.clear_default(tenant_).has_value());
    EXPECT_TRUE(records_.remove(tenant_, name("A")).has_value());
}

TEST_F(AuthorizerRecordsTest, BecomingTheDefaultMeanwhileStopsADeletion) {
    create("A", AuthorizerStatus::Inactive);
    store_.before_apply = [this](storage::ResourceStore& inner) {
        store_.before_apply = nullptr;
        AuthorizerRecords other(inner, {});
        ASSERT_TRUE(other.set_default(tenant_, name("A")).has_value());
    };
    EXPECT_EQ(records_.remove(tenant_, name("A")).error().refusal, Refusal::DeleteConflict);
    EXPECT_TRUE(records_.describe(tenant_, name("A")).has_value());
}

TEST_F(AuthorizerRecordsTest, BeingDeletedMeanwhileStopsASettingOfTheDefault) {
    create("A", AuthorizerStatus::Inactive);
    store_.before_apply = [this](storage::ResourceStore& inner) {
        store_.before_apply = nullptr;
        AuthorizerRecords other(inner, {});
        ASSERT_TRUE(other.remove(tenant_, name("A")).has_value());
    };
    EXPECT_EQ(records_.set_default(tenant_, name("A")).error().refusal, Refusal::ResourceNotFound);
    EXPECT_EQ(records_.describe_default(tenant_).error().refusal, Refusal::ResourceNotFound);
}

TEST_F(AuthorizerRecordsTest, TheDefaultIsOneOrNone) {
    create("A");
    create("B");
    EXPECT_EQ(records_.describe_default(tenant_).error().refusal, Refusal::ResourceNotFound);
    EXPECT_EQ(records_.clear_default(tenant_).error().refusal, Refusal::ResourceNotFound);
    EXPECT_EQ(records_.set_default(tenant_, name("C")).error().refusal, Refusal::ResourceNotFound);

    ASSERT_TRUE(records_.set_default(tenant_, name("A")).has_value());
    EXPECT_EQ(records_.describe_default(tenant_)->name, name("A"));
    const auto again = records_.set_default(tenant_, name("A"));
    ASSERT_FALSE(again.has_value());
    EXPECT_EQ(again.error().refusal, Refusal::ResourceAlreadyExists);
    EXPECT_EQ(again.error().resource_id, "A");

    ASSERT_TRUE(records_.set_default(tenant_, name("B")).has_value());
    EXPECT_EQ(records_.describe_default(tenant_)->name, name("B"));
    EXPECT_EQ(records_.describe_default(abroad_).error().refusal, Refusal::ResourceNotFound);
    EXPECT_TRUE(records_.clear_default(tenant_).has_value());
    EXPECT_EQ(records_.describe_default(tenant_).error().refusal, Refusal::ResourceNotFound);
}

TEST_F(AuthorizerRecordsTest, ListsInBothOrdersByPageAndStatus) {
    for (const char* text : {"b", "d", "a", "e", "c"}) create(text);
    ASSERT_TRUE(records_.create(abroad_, unsigned_authorizer("x")).has_value());
    set_status("a", AuthorizerStatus::Inactive);
    set_status("d", AuthorizerStatus::Inactive);
    EXPECT_EQ(listing({}), "a b c d e ");
    EXPECT_EQ(listing({.page_size = 2}), "a b | c d | e ");
    EXPECT_EQ(listing({.page_size = 2, .order = storage::Order::Descending}), "e d | c b | a ");
    EXPECT_EQ(listing({.page_size = 2, .status = AuthorizerStatus::Active}), "b c | e ");
    EXPECT_EQ(listing({.page_size = 2, .status = AuthorizerStatus::Inactive}), "a d ");
    EXPECT_EQ(listing({.page_size = 1,
                       .order = storage::Order::Descending,
                       .status = AuthorizerStatus::Inactive}),
              "d | a ");
}

TEST_F(AuthorizerRecordsTest, RefusesAListingOutOfBounds) {
    EXPECT_EQ(records_.list(tenant_, {.page_size = 0}).error().field, "pageSize");
    EXPECT_EQ(records_.list(tenant_, {.page_size = 251}).error().field, "pageSize");
    const auto refused = records_.list(tenant_, {.marker = "junk"});
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().refusal, Refusal::InvalidRequest);
    EXPECT_EQ(refused.error().field, "marker");
}

TEST_F(AuthorizerRecordsTest, SaysInWhichTenantAMissingOneIs) {
    ASSERT_TRUE(records_.create(abroad_, unsigned_authorizer("A")).has_value());
    EXPECT_EQ(records_.describe(tenant_, name("A")).error().message,
              "there is no authorizer 'A' in account 000000000000, region us-east-1; it exists in "
              "region us-east-2 of this account: start the server with --region us-east-2, "
              "or, where it serves all regions (--tenancy multi), use that region's host name or "
              "sign for that region");
    const Tenant stranger{AccountId("111111111111"), Region("us-east-1")};
    EXPECT_THAT(records_.describe(stranger, name("A")).error().message,
                HasSubstr("it exists in account 000000000000, region us-east-2: use that account"));
    EXPECT_EQ(records_.describe(tenant_, name("B")).error().message,
              "there is no authorizer 'B' in account 000000000000, region us-east-1");
}

}  // namespace
}  // namespace gatehouse::registry
