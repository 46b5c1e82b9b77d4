// Writes a gatehouse.db with things in it, "thing-0" and on, in the account of a server that was
// told no other.
//
//   bench_fill_things FILE THINGS
#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/random.h"
#include "base/uuid.h"
#include "registry/thing.h"
#include "registry/thing_record.h"
#include "storage/sqlite_resource_store.h"

namespace gatehouse::bench {
namespace {

constexpr std::uint64_t things_a_transaction = 10'000;

[[noreturn]] void refuse(std::string_view why) {
    fmt::print(stderr, "bench_fill_things: {}\n", why);
    std::exit(1);
}

int run(int count, char** words) {
    if (count != 3) refuse("usage: bench_fill_things FILE THINGS");
    const std::string_view number(words[2]);
    std::uint64_t things = 0;
    const char* const end = number.data() + number.size();
    if (std::from_chars(number.data(), end, things).ptr != end) refuse("THINGS is a number");
    const SystemClock clock;
    SystemRandom random;
    const auto store = storage::SqliteResourceStore::open(clock, {.file = words[1]});
    if (!store) refuse(store.error().message);
    const Tenant tenant{AccountId("000000000000"), Region("us-east-1")};
    for (std::uint64_t made = 0; made < things;) {
        storage::Batch batch;
        for (std::uint64_t i = 0; i < things_a_transaction && made < things; ++i, ++made) {
            const registry::Thing thing{.tenant = tenant,
                                        .name = registry::ThingName(fmt::format("thing-{}", made)),
                                        .id = make_uuid(random),
                                        .type = {},
                                        .billing_group = {},
                                        .attributes = {{"serial", fmt::format("{}", made)}}};
            batch.put(key_of(tenant, thing.name), encode(thing));
        }
        if (const auto wrote = (*store)->apply(batch); !wrote) refuse(wrote.error().message);
    }
    return 0;
}

}  // namespace
}  // namespace gatehouse::bench

int main(int count, char** words) {
    return gatehouse::bench::run(count, words);
}
