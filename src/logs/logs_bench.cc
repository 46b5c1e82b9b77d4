// What recording an event costs a loop, and how many the writer puts on the disk.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>

#include "logs/log_store.h"

namespace gatehouse::logs {
namespace {

const Tenant tenant;

Event connect_event() {
    return {.tenant = tenant,
            .type = EventType::Connect,
            .status = Status::Failure,
            .trace_id = "20b23f3f-d7f1-feae-169f-82263394fbdb",
            .origin = {.protocol = "MQTT",
                       .client_id = "abf27092886e49a8a5c1922749736453",
                       .principal_id = "145179c40e2219e18a909d896a5340b74cf97a39",
                       .source_ip = "205.251.233.181",
                       .source_port = 13490},
            .reason = "AUTHORIZATION_FAILURE",
            .details = "Authorization Failure"};
}

class Store {
public:
    Store() {
        std::string name = "/tmp/logs_bench_XXXXXX";
        StoreSettings settings;
        settings.folder = ::mkdtemp(name.data());
        settings.intake.bytes_max = std::size_t{4} << 30;
        folder_ = settings.folder;
        store_ = LogStore::open(std::move(settings), clock_).value();
    }
    ~Store() {
        store_.reset();
        std::filesystem::remove_all(folder_);
    }
    LogStore& operator*() { return *store_; }

private:
    SystemClock clock_;
    std::filesystem::path folder_;
    std::unique_ptr<LogStore> store_;
};

void level_check(benchmark::State& state) {
    EventSelection selection;
    Level limit = Level::Info;
    for (auto _ : state) {
        benchmark::DoNotOptimize(limit);
        benchmark::DoNotOptimize(selection.keeps(limit, EventType::PublishIn, Status::Success));
    }
}
BENCHMARK(level_check);

void render(benchmark::State& state) {
    std::string out;
    const WallTime time = SystemClock().wall_now();
    for (auto _ : state) {
        out.clear();
        append_json(out, connect_event(), time);
        benchmark::DoNotOptimize(out.data());
    }
}
BENCHMARK(render);

// The loop's cost alone: the writer's thread works beside it.
void record(benchmark::State& state) {
    Store store;
    for (auto _ : state) (*store).record(connect_event());
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(record)->Iterations(200'000);

// From record() to written, sealing included.
void record_and_write(benchmark::State& state) {
    Store store;
    for (auto _ : state) {
        for (int i = 0; i < 10'000; ++i) (*store).record(connect_event());
        (*store).flush();
    }
    state.SetItemsProcessed(state.iterations() * 10'000);
}
BENCHMARK(record_and_write)->Iterations(20)->MeasureProcessCPUTime()->UseRealTime();

}  // namespace
}  // namespace gatehouse::logs

BENCHMARK_MAIN();
