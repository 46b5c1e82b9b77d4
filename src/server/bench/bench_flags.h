// What the words of `gatehouse bench …` ask for.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "load/client_tls.h"
#include "load/crowd.h"
#include "load/traffic.h"
#include "server/arguments.h"
#include "server/environment.h"

namespace gatehouse::server::bench {

enum class Kind : std::uint8_t { Pub, Sub, Pairs, Connect };
std::string_view name_of(Kind kind);

struct BenchWish {
    Kind kind = Kind::Pairs;
    std::string host = "localhost";
    std::uint16_t port = 1883;
    std::optional<load::ClientTls> tls;
    // Without address and TLS context, which are made from the above. Kind::Connect takes its
    // target, prefix, pace and number of clients from here too.
    load::TrafficPlan plan;
    // Absent: until all messages are through, until everybody is in, or until Ctrl-C.
    std::optional<std::chrono::milliseconds> duration;
    bool reconnect = false;  // Kind::Connect: leave at once and come again
    bool json = false;

    // Connections that are open at the same time.
    std::uint64_t connections() const;
};

std::vector<Flag> bench_flags(Kind kind);

// InvalidInput says what is wrong and what there is.
Result<BenchWish> read_bench_flags(Kind kind, const Arguments& arguments,
                                   const Environment& environment, Random& random);

}  // namespace gatehouse::server::bench
