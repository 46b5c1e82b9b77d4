// What evaluating a statement costs, its payload taken apart for it alone, beside what it costs to
// parse the same bytes into a tree of boost::json and to do nothing more.
//
// Times are per message, on one core. The bars: a condition takes no more than twice as long as
// the parsing alone, three functions and a nested query no more than three times as long.
#include <benchmark/benchmark.h>

#include <boost/json.hpp>
#include <string>

#include "base/allocation_count.h"
#include "sql/program.h"

namespace gatehouse::sql {
namespace {

// A device's report of about so many bytes, most of which are its readings.
std::string report(std::size_t bytes) {
    std::string text =
        R"({"device":"pump-7","temperature":51.5,"state":"ok","battery":{"level":88,"charging":false},"readings":[)";
    for (int i = 0; text.size() + 40 < bytes; ++i) {
        text += i == 0 ? "" : ",";
        text += R"({"n":"sensor-)" + std::to_string(i % 10) + R"(","v":)" + std::to_string(i) +
                R"(.25,"ok":true})";
    }
    return text + "]}";
}

void count(benchmark::State& state, std::size_t bytes) {
    state.SetItemsProcessed(state.iterations());
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes));
}

void parse_with_boost(benchmark::State& state) {
    const std::string payload = report(static_cast<std::size_t>(state.range(0)));
    const AllocationsEach allocations(state);
    for (auto _ : state) benchmark::DoNotOptimize(boost::json::parse(payload));
    count(state, payload.size());
}

void parse_document(benchmark::State& state) {
    const std::string payload = report(static_cast<std::size_t>(state.range(0)));
    Document document;
    const AllocationsEach allocations(state);
    for (auto _ : state) {
        if (!document.parse(payload)) std::abort();
        benchmark::DoNotOptimize(document);
    }
    count(state, payload.size());
}

void evaluate(benchmark::State& state, const char* sql) {
    const std::string payload = report(static_cast<std::size_t>(state.range(0)));
    const Program program = Program::compile(sql, Version::V2016).value();
    Document document;
    SeededRandom random(1);
    const AllocationsEach allocations(state);
    for (auto _ : state) {
        if (!document.parse(payload)) std::abort();
        const Message message{.topic = "t/1/data",
                              .payload = payload,
                              .document = &document,
                              .account = "123456789012",
                              .client_id = "pump-7"};
        Effort effort(payload.size());
        const auto outcome = program.run(message, random, effort);
        if (!outcome || !outcome->matches) std::abort();
        benchmark::DoNotOptimize(outcome->payload.data());
    }
    count(state, payload.size());
}

void evaluate_condition(benchmark::State& state) {
    evaluate(state, "SELECT * FROM 't/#' WHERE temperature > 50");
}
void evaluate_functions(benchmark::State& state) {
    evaluate(state,
             "SELECT upper(device) AS device, round(temperature) AS temperature, topic(2) AS place "
             "FROM 't/#'");
}
void evaluate_nested_query(benchmark::State& state) {
    evaluate(state,
             "SELECT device, (SELECT n, v FROM readings WHERE n = 'sensor-1') AS readings "
             "FROM 't/#'");
}

void sizes(benchmark::internal::Benchmark* benchmark) {
    benchmark->Arg(200)->Arg(4096);
}
BENCHMARK(parse_with_boost)->Apply(sizes);
BENCHMARK(parse_document)->Apply(sizes);
BENCHMARK(evaluate_condition)->Apply(sizes);
BENCHMARK(evaluate_functions)->Apply(sizes);
BENCHMARK(evaluate_nested_query)->Apply(sizes);

}  // namespace
}  // namespace gatehouse::sql

BENCHMARK_MAIN();
