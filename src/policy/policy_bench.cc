// One decision of a device's policies, without any cache in front.
//
// Scenario: 10 documents of 2,000 characters, 40 resources each, a quarter of them with an inner
// `*`; 1,000 topics, in a shuffled order so that neither caches nor branch predictors know what
// comes next. Each topic is measured many times over; p99_ns is the 99th percentile over the
// topics of their median. The bar is 300 ns.

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <string>
#include <vector>

#include "base/allocation_count.h"
#include "policy/compiled_policies.h"

namespace {

using namespace gatehouse;
using namespace gatehouse::policy;

// How the 40 resources of a document are spelt.
enum class Shape {
    Distinct,  // arn:aws:iot:*:*:topic/…, names that differ early
    Shared,    // the inner wildcard stands behind a common beginning: site/*/d17/up
    WholeArn,  // region and account written out, which leaves short names
};

std::string resource(Shape shape, std::size_t number) {
    const bool inner = number % 4 == 0;
    const bool open = number % 4 == 1;
    switch (shape) {
        case Shape::Distinct:
            return fmt::format("arn:aws:iot:*:*:topic/{}",
                               inner  ? fmt::format("dev{:03}/*/telemetry", number)
                               : open ? fmt::format("dev{:03}/status/all/*", number)
                                      : fmt::format("dev{:03}/command/run{}", number, number % 7));
        case Shape::Shared:
            return fmt::format("arn:aws:iot:*:*:topic/{}",
                               inner  ? fmt::format("site/*/d{:03}/report", number)
                               : open ? fmt::format("site/north/d{:03}/*", number)
                                      : fmt::format("site/south/d{:03}/cmd", number));
        case Shape::WholeArn:
            return fmt::format("arn:aws:iot:us-east-1:000000000000:topic/{}",
                               inner  ? fmt::format("{:03}/*/u", number)
                               : open ? fmt::format("{:03}/s/*", number)
                                      : fmt::format("{:03}/c", number));
    }
    return {};
}

std::string topic(Shape shape, std::mt19937_64& random) {
    // One in five numbers has no statement.
    const std::size_t number = random() % 500;
    switch (shape) {
        case Shape::Distinct: return fmt::format("dev{:03}/{}/telemetry", number, random() % 1000);
        case Shape::Shared:
            return fmt::format("site/{}/d{:03}/{}", random() % 2 == 0 ? "north" : "south", number,
                               random() % 2 == 0 ? "report" : "cmd");
        case Shape::WholeArn: return fmt::format("{:03}/{}/u", number, random() % 1000);
    }
    return {};
}

std::shared_ptr<const CompiledPolicies> policies_of(Shape shape) {
    std::vector<PolicySource> sources;
    for (std::size_t document = 0; document < 10; ++document) {
        std::string text =
            R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iot:Publish"],"Resource":[)";
        for (std::size_t i = 0; i < 40; ++i) {
            text += (i == 0 ? "\"" : ",\"") + resource(shape, document * 40 + i) + '"';
        }
        text += "]}]}";
        auto parsed = parse_document(text, Dialect::IotPolicy, {.characters_max = 2300});
        if (!parsed) std::abort();
        sources.push_back({"", std::make_shared<const Document>(std::move(*parsed))});
    }
    return compile(std::move(sources), {}, Tenant{});
}

// One document whose patterns are, by halves, of topics and of filters.
std::vector<PolicySource> few(std::size_t patterns) {
    const auto listed = [&](std::string_view type) {
        std::string text;
        for (std::size_t i = 0; i < patterns / 2; ++i) {
            text += fmt::format("{}\"arn:aws:iot:us-east-1:000000000000:{}/site/{}/*\"",
                                i == 0 ? "" : ",", type, i);
        }
        return text;
    };
    auto parsed = parse_document(fmt::format(R"({{"Version":"2012-10-17","Statement":[
                {{"Effect":"Allow","Action":"iot:Publish","Resource":[{}]}},
                {{"Effect":"Allow","Action":"iot:Subscribe","Resource":[{}]}}]}})",
                                             listed("topic"), listed("topicfilter")),
                                 Dialect::IotPolicy, {.characters_max = 20'000});
    if (!parsed) std::abort();
    return {{"", std::make_shared<const Document>(std::move(*parsed))}};
}

std::vector<double> median_nanoseconds(const CompiledPolicies& policies,
                                       const std::vector<std::string>& topics, double overhead) {
    constexpr std::size_t rounds = 101;
    std::vector<std::vector<double>> samples(topics.size());
    std::vector<std::size_t> order(topics.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::mt19937_64 random(7);
    for (std::size_t round = 0; round < rounds; ++round) {
        std::ranges::shuffle(order, random);
        for (const std::size_t i : order) {
            const auto begin = std::chrono::steady_clock::now();
            auto decision = policies.decide(Action::Publish, topics[i]);
            benchmark::DoNotOptimize(decision);
            const std::chrono::duration<double, std::nano> spent =
                std::chrono::steady_clock::now() - begin;
            samples[i].push_back(spent.count() - overhead);
        }
    }
    std::vector<double> medians;
    for (auto& each : samples) {
        std::ranges::nth_element(each, each.begin() + rounds / 2);
        medians.push_back(each[rounds / 2]);
    }
    std::ranges::sort(medians);
    return medians;
}

// What reading the clock twice costs.
double clock_overhead() {
    std::vector<double> samples;
    for (int i = 0; i < 10'001; ++i) {
        const auto begin = std::chrono::steady_clock::now();
        benchmark::ClobberMemory();
        const std::chrono::duration<double, std::nano> spent =
            std::chrono::steady_clock::now() - begin;
        samples.push_back(spent.count());
    }
    std::ranges::nth_element(samples, samples.begin() + 5000);
    return samples[5000];
}

void decide(benchmark::State& state, Shape shape) {
    const auto policies = policies_of(shape);
    std::mt19937_64 random(1);
    std::vector<std::string> topics;
    std::size_t allowed = 0;
    for (int i = 0; i < 1000; ++i) {
        topics.push_back(topic(shape, random));
        allowed += policies->decide(Action::Publish, topics.back()).allowed() ? 1 : 0;
    }
    const auto medians = median_nanoseconds(*policies, topics, clock_overhead());
    std::size_t next = 0;
    AllocationsEach counted(state);
    for (auto _ : state) {
        auto decision = policies->decide(Action::Publish, topics[next]);
        benchmark::DoNotOptimize(decision);
        next = next + 1 == topics.size() ? 0 : next + 1;
    }
    state.counters["p50_ns"] = medians[500];
    state.counters["p99_ns"] = medians[990];
    state.counters["max_ns"] = medians[999];
    state.counters["allowed"] = static_cast<double>(allowed);
    state.counters["KiB"] = static_cast<double>(policies->memory_bytes()) / 1024;
}

enum class Form { Packed, Indexed };

// A connection's own policies of few patterns, which are packed, beside what an index would cost.
void decide_few(benchmark::State& state, Form form) {
    const auto patterns = static_cast<std::size_t>(state.range(0));
    std::vector<PolicySource> sources = few(patterns);
    const auto policies =
        form == Form::Packed
            ? std::make_shared<const CompiledPolicies>(
                  std::move(*PackedPolicies::make(sources, {}, Tenant{})))
            : std::make_shared<const CompiledPolicies>(
                  std::make_shared<const PolicyIndex>(sources, Variables{}, Tenant{}));
    std::vector<std::string> topics;
    for (std::size_t i = 0; i < 64; ++i) {
        topics.push_back(fmt::format("site/{}/line/telemetry", i % (patterns / 2)));
    }
    std::size_t next = 0;
    AllocationsEach counted(state);
    for (auto _ : state) {
        auto decision = policies->decide(Action::Publish, topics[next]);
        benchmark::DoNotOptimize(decision);
        next = (next + 1) % topics.size();
    }
    state.counters["bytes"] = static_cast<double>(policies->memory_bytes());
}

// What a connection pays once: three statements as the AWS tutorial's authorizer returns them.
void parse_and_compile(benchmark::State& state) {
    const std::string text = R"({"Version":"2012-10-17","Statement":[
        {"Action":"iot:Connect","Effect":"Allow",
         "Resource":"arn:aws:iot:us-east-1:*:client/${iot:ClientId}"},
        {"Action":["iot:Publish","iot:Receive"],"Effect":"Allow",
         "Resource":"arn:aws:iot:us-east-1:*:topic/${iot:ClientId}/*"},
        {"Action":"iot:Subscribe","Effect":"Allow",
         "Resource":"arn:aws:iot:us-east-1:*:topicfilter/${iot:ClientId}/*"}]})";
    const Variables variables = Variables().set("iot:ClientId", "basicPubSub");
    std::size_t bytes = 0;
    AllocationsEach counted(state);
    for (auto _ : state) {
        auto document = parse_document(text, Dialect::IotPolicy);
        const auto policies = compile(
            {{"", std::make_shared<const Document>(std::move(*document))}}, variables, Tenant{});
        benchmark::DoNotOptimize(policies.get());
        bytes = policies->memory_bytes();
    }
    state.counters["bytes"] = static_cast<double>(bytes);
}

BENCHMARK_CAPTURE(decide, distinct_names, Shape::Distinct);
BENCHMARK_CAPTURE(decide, shared_beginnings, Shape::Shared);
BENCHMARK_CAPTURE(decide, whole_arns, Shape::WholeArn);
BENCHMARK_CAPTURE(decide_few, packed, Form::Packed)->Arg(4)->Arg(PackedPolicies::globs_max);
BENCHMARK_CAPTURE(decide_few, indexed, Form::Indexed)->Arg(4)->Arg(PackedPolicies::globs_max);
BENCHMARK(parse_and_compile);

}  // namespace

BENCHMARK_MAIN();
