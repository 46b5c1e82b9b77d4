#include "functions/function_directory.h"

#include "base/uuid.h"
#include "functions/function_fixture.h"
#include "storage/memory_resource_store.h"

namespace gatehouse::functions {
namespace {

using ::testing::HasSubstr;

class FunctionDirectoryTest : public FunctionFixture {
protected:
    void SetUp() override {
        start_pool();
        functions = open();
    }
    std::unique_ptr<FunctionDirectory> open() {
        auto made = std::make_unique<FunctionDirectory>(FunctionDirectory::Parts{
            async_store, *packages, workers, clock, random,
            [this](const Tenant&, const FunctionName& name) { removed.push_back(name.value()); },
            [](const Tenant&, const FunctionName&, const std::string& role) -> Result<void> {
                if (!role.ends_with("/untrusting")) return {};
                return fail(ErrorKind::InvalidInput, "may not be assumed");
            }});
        EXPECT_TRUE(made->load());
        return made;
    }
    template <class T>
    Result<T> wait(async::Task<Result<T>> task) {
        std::optional<Result<T>> result;
        tasks.start(
            [](async::Task<Result<T>> inner, std::optional<Result<T>>& into) -> async::Task<void> {
                into = co_await std::move(inner);
            }(std::move(task), result));
        finish();
        return result ? std::move(*result) : Result<T>(fail(ErrorKind::Internal, "unfinished"));
    }
    std::string zip_of(const std::string& source) {
        TestDirectory files_of;
        files_of.write("app.py", source);
        return *pack_directory(files_of.path());
    }
    CreateFunction request(const std::string& name) {
        return {.name = FunctionName(name),
                .runtime = "python3.11",
                .role = "arn:aws:iam::000000000000:role/any",
                .handler = "app.handler",
                .zip = zip_of("def handler(event, context):\n    return 'first'\n")};
    }
    Result<Function> create(const std::string& name) {
        return wait(functions->create(tenant, request(name)));
    }

    Tenant tenant;
    FunctionName fn{"fn"};
    storage::MemoryResourceStore store{clock};
    async::WorkerPool store_workers{{.name = "test-store", .threads = 1}};
    storage::AsyncResourceStore async_store{store, store_workers};
    std::vector<std::string> removed;
    std::unique_ptr<FunctionDirectory> functions;
};

TEST_F(FunctionDirectoryTest, AFunctionIsPendingInTheAnswerAndActiveAfterwards) {
    const auto created = create("fn");
    ASSERT_TRUE(created) << created.error().message;
    EXPECT_EQ(created->configuration.state, FunctionState::Pending);
    EXPECT_EQ(created->configuration.state_reason_code, "Creating");
    EXPECT_FALSE(created->configuration.last_update_status);
    EXPECT_EQ(created->configuration.timeout_s, 3u);
    EXPECT_EQ(created->configuration.memory_mb, 128u);
    EXPECT_EQ(created->configuration.arn, "arn:aws:lambda:us-east-1:000000000000:function:fn");
    EXPECT_EQ(created->configuration.log_group, "/aws/lambda/fn");
    EXPECT_TRUE(is_uuid(created->configuration.revision.value()));
    const auto stored = functions->get(tenant, fn);
    ASSERT_TRUE(stored);
    EXPECT_NE((*stored)->configuration.revision, created->configuration.revision);
    EXPECT_EQ((*stored)->configuration.state, FunctionState::Active);
    EXPECT_EQ((*stored)->configuration.last_update_status, LastUpdateStatus::Successful);
    EXPECT_EQ(*wait(functions->package({tenant, fn})), request("fn").zip);
}

TEST_F(FunctionDirectoryTest, RefusalsOfCreate) {
    ASSERT_TRUE(create("fn"));
    const auto again = create("fn");
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().kind, ErrorKind::Conflict);
    EXPECT_EQ(again.error().message, "Function already exist: fn");
    CreateFunction bad = request("other");
    bad.zip = "junk";
    EXPECT_THAT(wait(functions->create(tenant, bad)).error().message,
                HasSubstr("Could not unzip uploaded file."));
    bad = request("other");
    bad.timeout_s = 1000;
    EXPECT_EQ(wait(functions->create(tenant, bad)).error().place.field, "timeout");
    EXPECT_FALSE(functions->find(tenant, FunctionName("other")));
}

TEST_F(FunctionDirectoryTest, ARoleThatIsRefusedIsNotTaken) {
    const std::string untrusting = "arn:aws:iam::000000000000:role/untrusting";
    CreateFunction wanted = request("fn");
    wanted.role = untrusting;
    EXPECT_EQ(wait(functions->create(tenant, wanted)).error().message, "may not be assumed");
    EXPECT_FALSE(functions->find(tenant, fn));
    ASSERT_TRUE(create("fn"));
    const auto refused = wait(functions->update_configuration(tenant, fn, {.role = untrusting}));
    EXPECT_EQ(refused.error().kind, ErrorKind::InvalidInput);
    EXPECT_EQ(functions->find(tenant, fn)->configuration.role, request("fn").role);
    EXPECT_TRUE(wait(functions->update_configuration(tenant, fn, {.description = "else"})));
}

TEST_F(FunctionDirectoryTest, UpdatesChangeTheRevision) {
    const auto created = create("fn");
    const RevisionId first = functions->find(tenant, fn)->configuration.revision;
    UpdateFunctionCode code{.zip = zip_of("x = 2\n"), .revision = RevisionId("another")};
    const auto stale = wait(functions->update_code(tenant, fn, code));
    ASSERT_FALSE(stale);
    EXPECT_EQ(stale.error().kind, ErrorKind::Conflict);
    EXPECT_EQ(stale.error().place.field, "revisionId");
    code.revision = first;
    const auto updated = wait(functions->update_code(tenant, fn, code));
    ASSERT_TRUE(updated) << updated.error().message;
    EXPECT_EQ(updated->configuration.last_update_status, LastUpdateStatus::InProgress);
    EXPECT_NE(updated->configuration.code_hash, created->configuration.code_hash);
    EXPECT_NE(updated->configuration.revision, first);

    UpdateFunctionConfiguration change{.timeout_s = 10,
                                       .environment = EnvironmentVariables{{"KEY", "v"}}};
    const auto configured = wait(functions->update_configuration(tenant, fn, change));
    ASSERT_TRUE(configured);
    EXPECT_EQ(configured->configuration.timeout_s, 10u);
    EXPECT_EQ(configured->configuration.handler, "app.handler") << "what is absent stays";
    change = {.memory_mb = 1};
    EXPECT_FALSE(wait(functions->update_configuration(tenant, fn, change)));
    EXPECT_EQ((*functions->get(tenant, fn))->configuration.memory_mb, 128u);
}

TEST_F(FunctionDirectoryTest, ADryRunChangesNothing) {
    const auto created = create("fn");
    const auto dry = wait(
        functions->update_code(tenant, fn, {.zip = zip_of("x = 3\n"), .dry_run = DryRun::Yes}));
    ASSERT_TRUE(dry);
    EXPECT_NE(dry->configuration.code_hash, created->configuration.code_hash);
    EXPECT_EQ((*functions->get(tenant, fn))->configuration.code_hash,
              created->configuration.code_hash);
}

TEST_F(FunctionDirectoryTest, TwoChangesAtOnceDoNotMix) {
    ASSERT_TRUE(create("fn"));
    std::optional<Result<Function>> first;
    tasks.start([](FunctionDirectory& functions, Tenant tenant, std::string zip,
                   std::optional<Result<Function>>& into) -> async::Task<void> {
        into = co_await functions.update_code(tenant, FunctionName("fn"), {.zip = std::move(zip)});
    }(*functions, tenant, zip_of("x = 4\n"), first));
    const auto second = wait(functions->update_configuration(tenant, fn, {.timeout_s = 5}));
    ASSERT_TRUE(first && *first);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().kind, ErrorKind::Conflict);
    EXPECT_THAT(second.error().message, HasSubstr("An update is in progress for resource: arn:"));
}

TEST_F(FunctionDirectoryTest, ListsByNameWithinTheTenant) {
    for (const char* name : {"b", "a", "c"}) ASSERT_TRUE(create(name));
    const Tenant other{AccountId("123456789012"), Region("eu-west-1")};
    ASSERT_TRUE(wait(functions->create(other, request("a"))));
    const auto names = [&](std::string_view after, std::size_t limit) {
        std::string all;
        for (const auto& f : functions->list(tenant, after, limit)) {
            all += f->configuration.name.value();
        }
        return all;
    };
    EXPECT_EQ(names("", 10), "abc");
    EXPECT_EQ(names("", 2), "ab");
    EXPECT_EQ(names("b", 10), "c");
    EXPECT_EQ(names("bb", 10), "c");
    EXPECT_EQ(functions->tenants_with(FunctionName("a")).size(), 2u);
}

TEST_F(FunctionDirectoryTest, RemovedIsGone) {
    ASSERT_TRUE(create("fn"));
    ASSERT_TRUE(wait(functions->remove(tenant, fn)));
    EXPECT_THAT(removed, testing::ElementsAre("fn"));
    EXPECT_EQ(wait(functions->remove(tenant, fn)).error().kind, ErrorKind::NotFound);
    EXPECT_EQ(functions->get(tenant, fn).error().message,
              "Function not found: arn:aws:lambda:us-east-1:000000000000:function:fn");
    EXPECT_TRUE(create("fn"));
}

TEST_F(FunctionDirectoryTest, Permissions) {
    ASSERT_TRUE(create("fn"));
    EXPECT_EQ(functions->policy({tenant, fn}).error().kind, ErrorKind::NotFound);
    const Permission permission{.statement_id = StatementId("iot"),
                                .action = "lambda:InvokeFunction",
                                .principal = "iot.amazonaws.com"};
    const auto statement = wait(functions->add_permission({tenant, fn}, permission, {}));
    ASSERT_TRUE(statement);
    EXPECT_THAT(*statement, HasSubstr("\"Sid\":\"iot\""));
    const auto policy = functions->policy({tenant, fn});
    ASSERT_TRUE(policy);
    EXPECT_THAT(policy->text, HasSubstr(*statement));
    EXPECT_THAT(wait(functions->add_permission({tenant, fn}, permission, {})).error().message,
                HasSubstr("The statement id (iot) provided already exists."));
    EXPECT_EQ(
        wait(functions->remove_permission({tenant, fn}, StatementId("other"), {})).error().kind,
        ErrorKind::NotFound);
    EXPECT_TRUE(
        wait(functions->remove_permission({tenant, fn}, StatementId("iot"), policy->revision)));
    EXPECT_EQ(
        wait(functions->remove_permission({tenant, fn}, StatementId("iot"), {})).error().message,
        "No policy is associated with the given resource.");
}

TEST_F(FunctionDirectoryTest, ThePolicyHasALimit) {
    ASSERT_TRUE(create("fn"));
    Result<std::string> last = std::string();
    for (int i = 0; last && i < 500; ++i) {
        last = wait(functions->add_permission({tenant, fn},
                                              {.statement_id = StatementId("s" + std::to_string(i)),
                                               .action = "lambda:InvokeFunction",
                                               .principal = "iot.amazonaws.com"},
                                              {}));
    }
    ASSERT_FALSE(last);
    EXPECT_EQ(last.error().kind, ErrorKind::LimitExceeded);
}

TEST_F(FunctionDirectoryTest, EverythingIsThereAfterARestart) {
    ASSERT_TRUE(create("fn"));
    ASSERT_TRUE(wait(functions->reserve_concurrency(tenant, fn, 7)));
    const Function before = **functions->get(tenant, fn);
    ASSERT_TRUE(packages->add(zip_of("nobody = 'uses this'\n")));
    functions = open();
    const auto after = functions->get(tenant, fn);
    ASSERT_TRUE(after);
    EXPECT_EQ(**after, before);
    EXPECT_EQ((*after)->reserved_concurrency, 7u);
    std::size_t zips = 0;
    for ([[maybe_unused]] const auto& entry :
         std::filesystem::directory_iterator(directory.path() / "functions")) {
        ++zips;
    }
    EXPECT_EQ(zips, 1u) << "a package nobody uses is removed";
}

TEST_F(FunctionDirectoryTest, TheInvokerRunsWhatTheDirectoryHolds) {
    ASSERT_TRUE(create("fn"));
    PooledInvoker over_directory(*functions, *pool, random);
    const auto result = wait(over_directory.invoke({tenant, fn}, "{}", {}));
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(result->payload, "\"first\"");
}

TEST_F(FunctionDirectoryTest, TagsAreSetAndTakenAwayOneByOne) {
    ASSERT_TRUE(create("fn"));
    ASSERT_TRUE(wait(functions->change_tags(tenant, fn, {{"a", "1"}, {"b", "2"}}, {})));
    ASSERT_TRUE(wait(functions->change_tags(tenant, fn, {{"a", "3"}}, {"b", "absent"})));
    EXPECT_EQ(functions->find(tenant, fn)->tags, (std::map<std::string, std::string>{{"a", "3"}}));
    std::map<std::string, std::string> many;
    for (std::size_t i = 0; i < resource_tags_max; ++i) many.emplace(std::to_string(i), "");
    EXPECT_EQ(wait(functions->change_tags(tenant, fn, many, {})).error().kind,
              ErrorKind::InvalidInput);
    EXPECT_EQ(functions->find(tenant, fn)->tags.size(), 1U);
}

TEST_F(FunctionDirectoryTest, TagsThatMayNotBeAreRefused) {
    ASSERT_TRUE(create("fn"));
    CreateFunction other = request("other");
    const auto refusal = [&](std::map<std::string, std::string> tags) {
        other.tags = tags;
        EXPECT_FALSE(wait(functions->create(tenant, other)));
        const auto changed = wait(functions->change_tags(tenant, fn, std::move(tags), {}));
        return changed ? std::string("accepted") : changed.error().message;
    };
    std::map<std::string, std::string> many;
    for (std::size_t i = 0; i <= resource_tags_max; ++i) many.emplace(std::to_string(i), "");
    EXPECT_EQ(refusal(many), "51 tags; at most 50 are allowed");
    EXPECT_THAT(refusal({{"aws:x", ""}}), HasSubstr("'aws:' are reserved"));
    EXPECT_THAT(refusal({{"", "v"}}), HasSubstr("1 to 128 characters"));
    EXPECT_TRUE(functions->find(tenant, fn)->tags.empty());
}

TEST_F(FunctionDirectoryTest, AVersionIsWhatLatestWasAndNeverChanges) {
    ASSERT_TRUE(create("fn"));
    const auto first = wait(functions->publish(tenant, fn, {.description = "the first"}));
    ASSERT_TRUE(first) << first.error().message;
    EXPECT_EQ((*first)->configuration.version, FunctionVersion("1"));
    const auto again = wait(functions->publish(tenant, fn, {}));
    ASSERT_TRUE(again);
    EXPECT_EQ((*again)->configuration.version, FunctionVersion("1")) << "nothing had changed";
    ASSERT_TRUE(wait(functions->update_code(
        tenant, fn, {.zip = zip_of("def handler(event, context):\n    return 'second'\n")})));
    const auto second = wait(functions->publish(tenant, fn, {}));
    ASSERT_TRUE(second);
    EXPECT_EQ((*second)->configuration.version, FunctionVersion("2"));
    EXPECT_EQ((*second)->configuration.description, "");
    functions = open();  // both are there after a restart, packages included
    PooledInvoker over_directory(*functions, *pool, random);
    const auto answer = [&](const char* qualifier) {
        const auto result =
            wait(over_directory.invoke({tenant, fn, Qualifier(qualifier)}, "{}", {}));
        return result ? result->executed_version.value() + " " + result->payload
                      : result.error().message;
    };
    EXPECT_EQ(answer("1"), "1 \"first\"");
    EXPECT_EQ(answer("2"), "2 \"second\"");
    EXPECT_EQ(answer(""), "$LATEST \"second\"");
    EXPECT_THAT(answer("3"), HasSubstr("function:fn:3"));
    EXPECT_THAT(log.text(), HasSubstr("Version: 1"));
    // Its number is not given to another.
    ASSERT_TRUE(wait(functions->remove_version(tenant, fn, FunctionVersion("2"))));
    EXPECT_THAT(answer("2"), HasSubstr("not found"));
    const auto third = wait(functions->publish(tenant, fn, {}));
    ASSERT_TRUE(third);
    EXPECT_EQ((*third)->configuration.version, FunctionVersion("3"));
    ASSERT_TRUE(wait(functions->remove(tenant, fn)));
    EXPECT_EQ(*store.count(tenant, storage::Kind("function_version")), 0u);
}

TEST_F(FunctionDirectoryTest, PublishingAsksForTheRightCodeAndRevision) {
    ASSERT_TRUE(create("fn"));
    EXPECT_THAT(wait(functions->publish(tenant, fn, {.code_sha256 = "other"})).error().message,
                HasSubstr("is different from current CodeSHA256"));
    EXPECT_EQ(
        wait(functions->publish(tenant, fn, {.revision = RevisionId("other")})).error().place.field,
        "revisionId");
    const FunctionConfiguration latest = (*functions->get(tenant, fn))->configuration;
    EXPECT_TRUE(wait(functions->publish(
        tenant, fn,
        {.code_sha256 = code_sha256_base64(latest.code_hash), .revision = latest.revision})));
    EXPECT_EQ(wait(functions->publish(tenant, FunctionName("none"), {})).error().kind,
              ErrorKind::NotFound);
}

TEST_F(FunctionDirectoryTest, AnAliasLeadsToItsVersionsByTheirShares) {
    ASSERT_TRUE(create("fn"));
    ASSERT_TRUE(wait(functions->publish(tenant, fn, {})));
    UpdateFunctionConfiguration change;
    change.timeout_s = 5;
    ASSERT_TRUE(wait(functions->update_configuration(tenant, fn, change)));
    ASSERT_TRUE(wait(functions->publish(tenant, fn, {})));
    const AliasName live("live");
    Alias alias{.name = live, .version = FunctionVersion("9")};
    EXPECT_EQ(wait(functions->create_alias(tenant, fn, alias)).error().kind, ErrorKind::NotFound);
    alias.version = FunctionVersion("1");
    const auto made = wait(functions->create_alias(tenant, fn, alias));
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_EQ(wait(functions->create_alias(tenant, fn, alias)).error().kind, ErrorKind::Conflict);
    UpdateAlias shares{.other_versions =
                           std::map<FunctionVersion, double>{{FunctionVersion("2"), 0.25}}};
    shares.revision = RevisionId("other");
    EXPECT_EQ(wait(functions->update_alias(tenant, fn, live, shares)).error().place.field,
              "revisionId");
    shares.revision = made->revision;
    ASSERT_TRUE(wait(functions->update_alias(tenant, fn, live, shares)));
    SeededRandom draws(7);
    int seconds = 0;
    for (int i = 0; i < 1000; ++i) {
        const auto chosen = functions->choose({tenant, fn, Qualifier("live")}, draws);
        seconds += chosen->configuration.version.view() == "2" ? 1 : 0;
    }
    EXPECT_NEAR(seconds, 250, 60);
    EXPECT_THAT(wait(functions->remove_version(tenant, fn, FunctionVersion("2"))).error().message,
                HasSubstr("function:fn:live"));
    functions = open();
    EXPECT_EQ((*functions->get(tenant, fn))->aliases.at(live).other_versions.size(), 1u);
    ASSERT_TRUE(wait(functions->remove_alias(tenant, fn, live)));
    ASSERT_TRUE(wait(functions->remove_alias(tenant, fn, live)));
    EXPECT_EQ(functions->choose({tenant, fn, Qualifier("live")}, draws), nullptr);
    EXPECT_TRUE(wait(functions->remove_version(tenant, fn, FunctionVersion("2"))));
}

TEST_F(FunctionDirectoryTest, AliasesThatMakeNoSenseAreRefused) {
    ASSERT_TRUE(create("fn"));
    ASSERT_TRUE(wait(functions->publish(tenant, fn, {})));
    const FunctionVersion one("1"), two("2"), three("3"), latest(latest_version);
    const auto refusal = [&](const FunctionVersion& version,
                             std::map<FunctionVersion, double> others) {
        const auto made = wait(functions->create_alias(
            tenant, fn, {.name = AliasName("a"), .version = version, .other_versions = others}));
        return made ? std::string("made") : made.error().message;
    };
    EXPECT_THAT(refusal(one, {{two, 0.1}, {three, 0.1}}), HasSubstr("cannot be greater than 1"));
    EXPECT_THAT(refusal(latest, {{one, 0.1}}), HasSubstr("$LATEST is not supported"));
    EXPECT_THAT(refusal(one, {{one, 0.1}}), HasSubstr("already included"));
    EXPECT_THAT(refusal(one, {{two, 1.5}}), HasSubstr("from 0 to 1"));
    EXPECT_THAT(refusal(one, {{two, 0.5}}), HasSubstr("function:fn:2"));
    EXPECT_EQ(refusal(latest, {}), "made");
}

TEST_F(FunctionDirectoryTest, EachQualifierHasItsOwnPolicy) {
    ASSERT_TRUE(create("fn"));
    ASSERT_TRUE(wait(functions->publish(tenant, fn, {})));
    const FunctionRef first{tenant, fn, Qualifier("1")};
    const Permission permission{.statement_id = StatementId("iot"),
                                .action = "lambda:InvokeFunction",
                                .principal = "iot.amazonaws.com"};
    EXPECT_EQ(
        wait(functions->add_permission({tenant, fn, Qualifier("2")}, permission, {})).error().kind,
        ErrorKind::NotFound);
    const auto text = wait(functions->add_permission(first, permission, {}));
    ASSERT_TRUE(text) << text.error().message;
    EXPECT_THAT(*text, HasSubstr("function:fn:1\""));
    EXPECT_FALSE(functions->policy({tenant, fn}));
    functions = open();
    ASSERT_TRUE(functions->policy(first));
    EXPECT_FALSE(wait(functions->remove_permission({tenant, fn}, StatementId("iot"), {})));
    ASSERT_TRUE(wait(functions->remove_version(tenant, fn, FunctionVersion("1"))));
    EXPECT_TRUE(functions->find(tenant, fn)->policies.empty());
}

TEST_F(FunctionDirectoryTest, ReservedConcurrencyHoldsForAllVersionsAndLeavesSomeToOthers) {
    ASSERT_TRUE(create("fn"));
    ASSERT_TRUE(wait(functions->publish(tenant, fn, {})));
    EXPECT_THAT(wait(functions->reserve_concurrency(tenant, fn, 901)).error().message,
                HasSubstr("minimum value of [100]"));
    ASSERT_TRUE(wait(functions->reserve_concurrency(tenant, fn, 0)));
    PooledInvoker over_directory(*functions, *pool, random);
    for (const char* const qualifier : {"", "1"}) {
        const auto result =
            wait(over_directory.invoke({tenant, fn, Qualifier(qualifier)}, "{}", {}));
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().place.field, "ReservedFunctionConcurrentInvocationLimitExceeded");
    }
    ASSERT_TRUE(wait(functions->reserve_concurrency(tenant, fn, std::nullopt)));
    EXPECT_TRUE(wait(over_directory.invoke({tenant, fn, Qualifier("1")}, "{}", {})));
    EXPECT_EQ(functions->usage(tenant).functions, 1u);
}

TEST_F(FunctionDirectoryTest, EventsAreConfiguredForEachQualifier) {
    ASSERT_TRUE(create("fn"));
    using enum FunctionDirectory::EventConfigChange;
    const FunctionRef plain{tenant, fn}, latest{tenant, fn, Qualifier(latest_version)};
    EXPECT_EQ(functions->event_config(plain).error().message,
              "The function arn:aws:lambda:us-east-1:000000000000:function:fn:$LATEST doesn't have "
              "an EventInvokeConfig");
    EXPECT_FALSE(wait(functions->configure_events(plain, {.retries_max = 1}, Merge)));
    ASSERT_TRUE(wait(functions->configure_events(plain, {.retries_max = 1}, Replace)));
    ASSERT_TRUE(wait(functions->configure_events(latest, {.age_max_s = 90}, Merge)));
    functions = open();
    EXPECT_EQ(functions->event_config(latest)->retries_max, 1u);
    EXPECT_EQ(functions->event_config(plain)->age_max_s, 90u);
    EXPECT_FALSE(functions->event_config({tenant, fn, Qualifier("7")}));
    ASSERT_TRUE(wait(functions->remove_event_config(plain)));
    EXPECT_FALSE(wait(functions->remove_event_config(plain)));
}

}  // namespace
}  // namespace gatehouse::functions
