// Server CPU and wall time of one invocation of a warm function. The function's own processes
// run beside it and are not counted.
#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include "functions/function_fixture.h"

namespace gatehouse::functions {
namespace {

double cpu_us() {
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    const auto us = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_usec);
    };
    return us(used.ru_utime) + us(used.ru_stime);
}

class Bench final : public FunctionFixture {
public:
    void TestBody() override {}

    // `source` as the function; events of the size an authorizer gets.
    void run(benchmark::State& state, const std::string& source) {
        make_python("f", source);
        const std::string event =
            R"({"token":"t","signatureVerified":false,"protocols":["tls","mqtt"],)"
            R"("protocolData":{"tls":{"serverName":"localhost"},"mqtt":{"username":"u",)"
            R"("password":"c2VjcmV0LXNlY3JldA==","clientId":"basicPubSub"}},)"
            R"("connectionMetadata":{"id":"11111111-2222-4333-8444-555555555555"}})";
        invoke("f", event);
        const double before = cpu_us();
        for (auto _ : state) {
            const auto result = invoke("f", event);
            if (!result || result->function_error) state.SkipWithError("the function failed");
        }
        state.counters["server_cpu_us"] =
            benchmark::Counter((cpu_us() - before) / static_cast<double>(state.iterations()));
    }
};

void warm_invocation(benchmark::State& state) {
    Bench bench;
    bench.run(state, "def handler(event, context):\n    return {'isAuthenticated': True}\n");
}
BENCHMARK(warm_invocation)->Unit(benchmark::kMicrosecond)->UseRealTime();

void warm_invocation_that_prints(benchmark::State& state) {
    Bench bench;
    bench.run(state,
              "def handler(event, context):\n    print(event)\n    print('one more line')\n"
              "    return {'isAuthenticated': True}\n");
}
BENCHMARK(warm_invocation_that_prints)->Unit(benchmark::kMicrosecond)->UseRealTime();

void cold_start(benchmark::State& state) {
    Bench bench;
    bench.make_python("f", "import os\ndef handler(event, context):\n    os._exit(0)\n");
    for (auto _ : state) bench.invoke("f");
}
BENCHMARK(cold_start)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace gatehouse::functions

BENCHMARK_MAIN();
