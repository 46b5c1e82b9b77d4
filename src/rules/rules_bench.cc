// What rules cost a publish that they do not want, and what they cost one that they do.
//
// Times are per message. The bars: a thousand rules that listen elsewhere add less than 5 % to a
// publish; however many rules listen, the payload is parsed once (`payloads_read` a message).
#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <vector>

#include "base/allocation_count.h"
#include "broker/broker.h"
#include "rules/rule_engine.h"
#include "rules/topic_rule_record.h"
#include "storage/memory_resource_store.h"

namespace gatehouse::rules {
namespace {

constexpr std::string_view bench_payload =
    R"({"device":"pump-7","temperature":41.5,"humidity":60,"battery":{"level":88,"charging":false},)"
    R"("position":{"lat":48.137,"lon":11.575},"tags":["a","b","c"],"sequence":123456,"state":"ok"})";

class IdleFunctions final : public FunctionDoor {
public:
    async::Task<Result<std::string>> hand_over(FunctionCall) override { co_return ""; }
    async::Task<Result<std::string>> ask(FunctionCall, Deadline) override { co_return "{}"; }
};
class IdleLogs final : public LogDoor {
public:
    async::Task<Result<void>> put(Tenant, std::string, std::string,
                                  std::vector<LogEntry>) override {
        co_return Result<void>();
    }
};
class IdleRoles final : public RoleDoor {
public:
    async::Task<Result<void>> check(std::shared_ptr<const RuleFacts>, std::string,
                                    std::optional<RoleNeed>) override {
        co_return Result<void>();
    }
};
class StillPort final : public broker::LoopPort {
public:
    StillPort() : LoopPort(now_) {}
    void wake() override {}
    void request_turn_end() override {}
    void look_at(SteadyTime) override {}

private:
    const SteadyTime now_ = ManualClock().steady_now();
};
class OneBuffer final : public broker::Outbound {
public:
    std::uint8_t* extend(std::size_t) override { return buffer_.data(); }
    void end(broker::EndReason) override {}
    void send(BytesView) override {}
    void on_kept(mqtt::PacketType, mqtt::PacketId) override {}
    void on_not_kept(mqtt::PacketType, mqtt::PacketId) override {}

private:
    std::vector<std::uint8_t> buffer_ = std::vector<std::uint8_t>(64 * 1024);
};

enum class Listening : std::uint8_t { No, Yes };

// A broker with one subscriber of one publisher, with rules or without.
struct Bench {
    explicit Bench(Listening listening)
        : broker(broker::broker_settings(profile_named(ProfileName::Open), 0x5EED),
                 std::vector<broker::LoopPort*>{&port},
                 listening == Listening::Yes ? &engine.listener() : nullptr) {
        engine.serve(broker);
        broker::AttachRequest request;
        request.client_id = broker::ClientId("device");
        request.outbound = &sink;
        lease = broker.shard(0).attach(std::move(request));
        lease.start_delivery();
        lease.subscribe("fleet/7/data", {}).value();
    }
    // `sql` with the rule's number for its last `%`.
    void make_rules(std::size_t count, const std::string& sql) {
        storage::Batch batch;
        for (std::size_t i = 0; i < count; ++i) {
            TopicRule rule{.name = RuleName("r" + std::to_string(i)),
                           .payload = {.sql = sql, .version = sql::Version::V2016}};
            if (const auto at = rule.payload.sql.rfind('%'); at != sql.npos) {
                rule.payload.sql.replace(at, 1, std::to_string(i));
            }
            batch.put(key_of({}, rule.name), encode(rule));
        }
        if (!store.apply(batch) || !engine.load()) std::abort();
    }
    void publish() {
        broker::Publisher& publisher = lease.publisher();
        publisher.publish(publisher.route_for("fleet/7/data"),
                          {.payload = bytes_of(bench_payload)});
    }

    SystemClock clock;
    SystemRandom random;
    async::EventLoop loop{clock, {}};
    storage::MemoryResourceStore store{clock};
    logs::NullSink events;
    logs::FixedLevel levels{logs::Level::Info};
    IdleFunctions functions;
    IdleLogs logs;
    IdleRoles roles;
    RuleEngine engine{
        {.loop = loop,
         .clock = clock,
         .random = random,
         .store = store,
         .events = events,
         .levels = levels,
         .functions = functions,
         .logs = logs,
         .roles = roles,
         .on_problem = [](const Tenant&, const std::string&, const std::string&) { std::abort(); }},
        {}};
    StillPort port;
    OneBuffer sink;
    broker::Broker broker;
    broker::Lease lease;
};

void measure_publish(benchmark::State& state, Bench& bench) {
    bench.publish();
    const auto before = allocation_count();
    for (auto _ : state) bench.publish();
    state.counters["allocations"] =
        static_cast<double>(allocation_count() - before) / static_cast<double>(state.iterations());
}

void publish_without_rules(benchmark::State& state) {
    Bench bench(Listening::No);
    measure_publish(state, bench);
}
BENCHMARK(publish_without_rules);

void publish_beside_rules(benchmark::State& state) {
    Bench bench(Listening::Yes);
    bench.make_rules(static_cast<std::size_t>(state.range(0)),
                     "SELECT * FROM 'elsewhere/%/data' WHERE temperature > 50");
    measure_publish(state, bench);
}
BENCHMARK(publish_beside_rules)->Arg(0)->Arg(1)->Arg(1000);

// The whole way of a message that rules want, without actions: copied, parsed, evaluated.
void publish_to_rules(benchmark::State& state) {
    Bench bench(Listening::Yes);
    bench.make_rules(static_cast<std::size_t>(state.range(0)),
                     "SELECT * FROM 'fleet/+/data' WHERE temperature > 50");
    const auto settle = [&] {
        while (!bench.engine.is_idle()) bench.loop.run_once(std::chrono::milliseconds(0));
    };
    for (auto _ : state) {
        bench.publish();
        settle();
    }
    state.counters["payloads_read"] =
        static_cast<double>(bench.engine.payloads_read()) / static_cast<double>(state.iterations());
}
BENCHMARK(publish_to_rules)->Arg(1)->Arg(1000)->UseRealTime();

}  // namespace
}  // namespace gatehouse::rules

BENCHMARK_MAIN();
