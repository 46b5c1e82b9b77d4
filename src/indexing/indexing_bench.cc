// What a query over 100,000 things takes, and building their index.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "indexing/indexes.h"
#include "indexing/indexing_configurations.h"
#include "registry/thing_record.h"
#include "storage/memory_resource_store.h"

namespace gatehouse::indexing {
namespace {

constexpr std::size_t things = 100'000;
const Tenant tenant{AccountId("000000000000"), Region("us-east-1")};

// The things in a store in memory, and their index.
struct Fleet {
    Fleet() {
        for (std::size_t i = 0; i < things; ++i) {
            const registry::Thing thing{.tenant = tenant,
                                        .name = registry::ThingName(fmt::format("thing-{:06}", i)),
                                        .id = fmt::format("{:036}", i),
                                        .type = registry::ThingTypeName("Meter"),
                                        .attributes = {{"serial", fmt::format("SN{:06}", i)},
                                                       {"model", i % 3 == 0 ? "v1" : "v2"},
                                                       {"power", std::to_string(i % 1000)}}};
            storage::Batch batch;
            batch.put(registry::key_of(tenant, thing.name), registry::encode(thing));
            (void)store.apply(batch);
        }
        const IndexingConfigurationRecords::Parts parts;
        IndexingConfigurationRecords(store, parts)
            .update(tenant,
                    ThingIndexing{.mode = ThingIndexing::Mode::Registry,
                                  .custom_fields = {{"attributes.power", FieldType::Number}}},
                    std::nullopt)
            .value();
        build();
    }
    void build() {
        NotedChanges changes;
        changes.whole.insert(tenant);
        (void)indexes.take(changes);
    }

    ManualClock clock;
    SystemRandom random;
    storage::MemoryResourceStore store{clock};
    registry::EventOutbox outbox{clock, random};
    Indexes indexes{store, outbox};
};

Fleet& fleet() {
    static Fleet made;
    return made;
}

void build(benchmark::State& state) {
    Fleet& all = fleet();
    for (auto _ : state) all.build();
}
BENCHMARK(build)->Unit(benchmark::kMillisecond);

void search(benchmark::State& state, const char* query) {
    Fleet& all = fleet();
    std::size_t found = 0;
    for (auto _ : state) {
        found = all.indexes.search(tenant, {.query = query, .limit = 500})->things.size();
    }
    state.counters["found"] = static_cast<double>(found);
}
BENCHMARK_CAPTURE(search, one_by_attribute, "attributes.serial:sn099999")
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(search, range, "attributes.power>998 AND attributes.model:v1")
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(search, wildcard, "thingName:*99*9")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(search, any_field, "nowhere")->Unit(benchmark::kMillisecond);

void statistics(benchmark::State& state) {
    Fleet& all = fleet();
    for (auto _ : state) {
        benchmark::DoNotOptimize(
            all.indexes.aggregate(tenant, {.query = "*", .field = "attributes.power"})
                ->statistics());
    }
}
BENCHMARK(statistics)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace gatehouse::indexing

BENCHMARK_MAIN();
