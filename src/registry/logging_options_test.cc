#include "registry/logging_options.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "async/run_to_end.h"
#include "registry/overtaken_store.h"
#include "storage/memory_resource_store.h"

namespace gatehouse::registry {
namespace {

using logs::Level;
using logs::LevelTarget;
using logs::LevelTargetType;

const Tenant tenant{AccountId("000000000000"), Region("us-east-1")};
const Tenant other_account{AccountId("111111111111"), Region("us-east-1")};

class LoggingOptionsTest : public testing::Test {
protected:
    LoggingOptionsTest() { load(); }
    void load() {
        auto loaded = LoggingOptions::load(store, levels);
        ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
        options = std::move(*loaded);
    }
    template <class T>
    T wait(async::Task<T> task) {
        return async::run_to_end(clock, std::move(task));
    }
    Level level_of(std::string_view client_id, const Tenant& of = tenant) {
        return levels.level_for({.tenant = of, .client_id = client_id});
    }

    ManualClock clock;
    storage::MemoryResourceStore memory{clock};
    async::WorkerPool workers{{.name = "test", .threads = 1}};
    OvertakenStore overtaken{memory};
    storage::AsyncResourceStore store{overtaken, workers};
    logs::ConfiguredLevels levels{Level::Info};
    std::unique_ptr<LoggingOptions> options;
};

TEST_F(LoggingOptionsTest, NothingIsConfiguredAtFirst) {
    EXPECT_EQ(wait(options->get(tenant)).error().refusal, Refusal::NotConfigured);
    EXPECT_EQ(wait(options->list(tenant, {})).error().refusal, Refusal::NotConfigured);
    EXPECT_EQ(wait(options->set_level(tenant, {LevelTargetType::ClientId, "a"}, Level::Debug))
                  .error()
                  .refusal,
              Refusal::NotConfigured);
    EXPECT_TRUE(wait(options->remove_level(tenant, {LevelTargetType::ClientId, "a"})));
    EXPECT_EQ(level_of("a"), Level::Info);
}

TEST_F(LoggingOptionsTest, WhatIsSetHoldsAtOnceAndAfterARestart) {
    ASSERT_TRUE(wait(options->set(tenant, {.role_arn = "arn:aws:iam::000000000000:role/logs",
                                           .default_level = Level::Warn,
                                           .all_disabled = {}})));
    ASSERT_TRUE(
        wait(options->set_level(tenant, {LevelTargetType::ClientId, "a \"b\""}, Level::Debug)));
    EXPECT_EQ(level_of("x"), Level::Warn);
    EXPECT_EQ(level_of("a \"b\""), Level::Debug);
    EXPECT_EQ(level_of("x", other_account), Level::Info);
    // What is not named stays.
    ASSERT_TRUE(wait(
        options->set(tenant, {.role_arn = {}, .default_level = Level::Error, .all_disabled = {}})));
    levels.set(tenant, {});
    load();
    EXPECT_EQ(level_of("x"), Level::Error);
    EXPECT_EQ(level_of("a \"b\""), Level::Debug);
    const auto found = wait(options->get(tenant));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->role_arn, "arn:aws:iam::000000000000:role/logs");
    EXPECT_FALSE(found->levels.all_disabled);
    ASSERT_TRUE(
        wait(options->set(tenant, {.role_arn = {}, .default_level = {}, .all_disabled = true})));
    EXPECT_EQ(level_of("a \"b\""), Level::Disabled);
}

TEST_F(LoggingOptionsTest, AChangeThatIsOvertakenStartsAgain) {
    ASSERT_TRUE(wait(
        options->set(tenant, {.role_arn = {}, .default_level = Level::Warn, .all_disabled = {}})));
    const auto before = memory.get({tenant, storage::Kind("logging-options"), "v2"});
    ASSERT_TRUE(before.has_value());
    ASSERT_TRUE(wait(options->set(tenant, {.role_arn = "arn:aws:iam::000000000000:role/theirs",
                                           .default_level = {},
                                           .all_disabled = {}})));
    const auto theirs = memory.get(before->key);
    ASSERT_TRUE(theirs.has_value());
    ASSERT_TRUE(memory.apply(storage::Batch().put(before->key, before->body)).has_value());

    overtaken.before_apply = [&](storage::ResourceStore& inner) {
        overtaken.before_apply = nullptr;
        ASSERT_TRUE(inner.apply(storage::Batch().put(theirs->key, theirs->body)).has_value());
    };
    ASSERT_TRUE(wait(options->set_level(tenant, {LevelTargetType::ClientId, "a"}, Level::Debug)));
    EXPECT_EQ(wait(options->get(tenant))->role_arn, "arn:aws:iam::000000000000:role/theirs");
    EXPECT_EQ(level_of("a"), Level::Debug);
}

TEST_F(LoggingOptionsTest, LevelsAreListedInPagesAndTakenAway) {
    ASSERT_TRUE(wait(options->set(tenant, {})));
    for (const char* name : {"c", "a", "b"}) {
        ASSERT_TRUE(
            wait(options->set_level(tenant, {LevelTargetType::ClientId, name}, Level::Debug)));
    }
    ASSERT_TRUE(
        wait(options->set_level(tenant, {LevelTargetType::SourceIp, "10.0.0.1"}, Level::Warn)));
    const auto names = [&](LevelListing listing) {
        std::string all;
        for (std::size_t pages = 0; pages < 10; ++pages) {
            const auto page = wait(options->list(tenant, listing));
            if (!page) return "refused: " + page.error().message;
            for (const auto& [target, level] : page->levels) all += target.name + " ";
            if (page->next_token.empty()) return all;
            listing.token = page->next_token;
        }
        return all + "and no end";
    };
    EXPECT_EQ(names({.type = {}, .limit = 2, .token = ""}), "a b c 10.0.0.1 ");
    EXPECT_EQ(names({.type = LevelTargetType::ClientId, .limit = 1, .token = ""}), "a b c ");
    EXPECT_EQ(names({.type = LevelTargetType::ThingGroup, .limit = 1, .token = ""}), "");
    for (const char* token : {"x", "AAAA", "NCBh"}) {
        EXPECT_EQ(
            wait(options->list(tenant, {.type = {}, .limit = 1, .token = token})).error().refusal,
            Refusal::InvalidRequest)
            << token;
    }
    ASSERT_TRUE(wait(options->remove_level(tenant, {LevelTargetType::ClientId, "a"})));
    EXPECT_EQ(level_of("a"), Level::Messages) << "AWS's INFO, once anything is set";
    EXPECT_EQ(names({}), "b c 10.0.0.1 ");
}

TEST_F(LoggingOptionsTest, TargetsAreBounded) {
    ASSERT_TRUE(wait(options->set(tenant, {})));
    const auto set = [&](std::size_t number) {
        return wait(options->set_level(
            tenant, {LevelTargetType::ClientId, fmt::format("{}", number)}, Level::Debug));
    };
    for (std::size_t i = 0; i < LoggingOptions::targets_max; ++i) ASSERT_TRUE(set(i)) << i;
    EXPECT_EQ(set(LoggingOptions::targets_max).error().refusal, Refusal::LimitExceeded);
    EXPECT_TRUE(set(7)) << "one that is there may be changed";
}

TEST_F(LoggingOptionsTest, ADamagedRecordIsNamed) {
    ASSERT_TRUE(memory.apply(storage::Batch().put({tenant, storage::Kind("logging-options"), "v2"},
                                                  R"({"roleArn":"r"})")));
    const auto loaded = LoggingOptions::load(store, levels);
    ASSERT_FALSE(loaded.has_value());
    EXPECT_EQ(loaded.error().kind, ErrorKind::Corrupt);
}

}  // namespace
}  // namespace gatehouse::registry
