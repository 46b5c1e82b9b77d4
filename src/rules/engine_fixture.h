// For tests: rules over a broker, with functions, logs and roles that remember what they are asked.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "async/wake.h"
#include "base/json.h"
#include "broker/test_broker.h"
#include "rules/rule_engine.h"
#include "rules/topic_rule_record.h"
#include "storage/memory_resource_store.h"
#include "storage/message_store.h"
#include "storage/observed_resource_store.h"

namespace gatehouse::rules {

inline constexpr const char* test_function = "arn:aws:lambda:us-east-1:000000000000:function:f";
inline constexpr const char* test_role = "arn:aws:iam::000000000000:role/r";

class FakeFunctions final : public FunctionDoor {
public:
    explicit FakeFunctions(async::EventLoop& loop) : loop_(loop) {}

    async::Task<Result<std::string>> hand_over(FunctionCall call) override {
        calls.push_back(std::move(call));
        const std::string payload = calls.back().payload;
        const auto span = is_uneven && calls.size() % 2 == 0 ? 0 * stuck_for : stuck_for;
        if (is_stuck) co_await async::sleep_until(loop_, Deadline::after(loop_.clock(), span));
        while (is_held) co_await async::sleep_until(loop_, Deadline::after(loop_.clock(), look));
        done.push_back(payload);
        co_return next();
    }
    async::Task<Result<std::string>> ask(FunctionCall call, Deadline) override {
        calls.push_back(std::move(call));
        co_return next();
    }

    std::vector<FunctionCall> calls;
    std::deque<Result<std::string>> answers;  // what comes next; then nothing in particular
    std::vector<std::string> done;            // payloads, as they came to an end
    bool is_stuck = false;
    bool is_uneven = false;  // every other one is not
    bool is_held = false;    // none comes to an end
    std::chrono::milliseconds stuck_for{2000};

private:
    static constexpr std::chrono::milliseconds look{2};

    Result<std::string> next() {
        if (answers.empty()) return "{}";
        Result<std::string> answer = std::move(answers.front());
        answers.pop_front();
        return answer;
    }
    async::EventLoop& loop_;
};

class FakeLogs final : public LogDoor {
public:
    async::Task<Result<void>> put(Tenant, std::string group, std::string stream,
                                  std::vector<LogEntry> entries) override {
        for (const LogEntry& each : entries) {
            written.push_back(group + " " + stream + " " + each.message);
        }
        co_return Result<void>();
    }
    std::vector<std::string> written;
};

class FakeRoles final : public RoleDoor {
public:
    async::Task<Result<void>> check(std::shared_ptr<const RuleFacts>, std::string,
                                    std::optional<RoleNeed> need) override {
        const RoleNeed needed = need.value_or(RoleNeed());
        asked.push_back(needed.action + " " + needed.resource);
        if (denied.empty() || !needed.resource.ends_with(denied)) co_return Result<void>();
        co_return fail(ErrorKind::NotAllowed, "not authorized");
    }
    std::vector<std::string> asked;
    std::string denied;
};

class EngineFixture : public ::testing::Test {
protected:
    EngineFixture() { begin(); }
    // Of a server that keeps messages: the test begins it once its rules are there.
    explicit EngineFixture(storage::MessageStore& messages) : messages(&messages) {}
    void begin() {
        if (messages != nullptr) {
            const auto restored = broker.broker->restore();
            ASSERT_TRUE(restored) << restored.error().describe();
        }
        engine.serve(*broker.broker);
        client.connect();
    }
    ~EngineFixture() override {
        bool has_stopped = false;
        async::TaskGroup stopping(loop, "stopping");
        stopping.start(stop(has_stopped));
        until([&] { return has_stopped; });
    }

    async::Task<void> stop(bool& has_stopped) {
        co_await engine.stop(Deadline::after(clock, std::chrono::milliseconds(0)));
        has_stopped = true;
    }

    static std::string lambda() {
        return R"({"lambda":{"functionArn":")" + std::string(test_function) + "\"}}";
    }
    static std::string republish(const std::string& topic) {
        return R"({"republish":{"roleArn":")" + std::string(test_role) + R"(","topic":")" + topic +
               "\"}}";
    }
    void make(const std::string& name, RulePayload payload, registry::Texts tags = {}) {
        payload.version = sql::Version::V2016;
        const TopicRule rule{
            .name = RuleName(name), .payload = std::move(payload), .tags = std::move(tags)};
        ASSERT_TRUE(store.apply(storage::Batch().put(key_of({}, rule.name), encode(rule))));
    }
    void make(const std::string& name, const std::string& sql,
              const std::vector<std::string>& actions, const std::string& error_action = "") {
        RulePayload payload{.sql = sql};
        for (const std::string& each : actions) payload.actions.emplace_back(each);
        if (!error_action.empty()) payload.error_action.emplace(error_action);
        make(name, std::move(payload));
    }
    void remove(const std::string& name) {
        ASSERT_TRUE(
            store.apply(storage::Batch().change(storage::Remove{key_of({}, RuleName(name))})));
    }
    // Turns the loop until it holds.
    void until(const std::function<bool()>& condition) {
        const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (!condition()) {
            if (std::chrono::steady_clock::now() > give_up) {
                ADD_FAILURE() << "it did not come";
                return;
            }
            loop.run_once(std::chrono::milliseconds(2));
            broker.settle();
        }
    }
    // Until nothing is left to do.
    void settle() {
        until([&] { return engine.is_idle(); });
    }
    const CompiledRule& rule(const std::string& name) {
        return *engine.directory().sets().get()->at(Tenant{})->members().at(name).rule;
    }
    const ActionCounts& counts(const std::string& name, const std::string& action) {
        return rule(name).counts->of_action(action);
    }

    storage::MessageStore* const messages = nullptr;
    SystemClock clock;
    SystemRandom random;
    async::EventLoop loop{clock, {}};
    storage::MemoryResourceStore memory{clock};
    storage::ObservedResourceStore store{
        memory, [this](const storage::Batch& batch) { engine.note(batch); }};
    logs::NullSink events;
    logs::FixedLevel levels{logs::Level::Debug};
    FakeFunctions functions{loop};
    FakeLogs logs;
    FakeRoles roles;
    std::vector<std::string> problems;
    RuleEngine engine{
        {.loop = loop,
         .clock = clock,
         .random = random,
         .store = memory,
         .events = events,
         .levels = levels,
         .functions = functions,
         .logs = logs,
         .roles = roles,
         .on_problem = [this](const Tenant&, const std::string& name,
                              const std::string& why) { problems.push_back(name + ": " + why); }},
        {.lanes = {.jobs_max = 20,
                   .bytes_max = 8UL * 1024 * 1024,
                   .first_pause = std::chrono::milliseconds(1),
                   .pause_max = std::chrono::milliseconds(2)},
         .payload_bytes_max = 128UL * 1024,
         .topic_bounds = mqtt::aws_topic_bounds}};
    broker::TestBroker broker{1, broker::TestBroker::default_settings(), &engine.listener(),
                              nullptr, messages};
    broker::FakeClient client{broker, "device"};
};

}  // namespace gatehouse::rules
