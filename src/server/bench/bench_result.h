// What a run of `gatehouse bench` found out, as a table for people and as JSON for programs.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "load/arrivals.h"
#include "load/traffic.h"
#include "server/bench/bench_flags.h"
#include "server/command.h"

namespace gatehouse::server::bench {

struct BenchResult {
    Kind kind = Kind::Pairs;
    bool is_acknowledged = false;  // QoS 1 or 2
    std::uint64_t connections_wanted = 0;
    const load::Arrivals& arrivals;
    // The rest says nothing for Kind::Connect.
    double seconds = 0;                        // of publishing or listening
    std::uint64_t sent_in_time = 0;            // in these seconds, as the next two; what comes
    std::uint64_t received_in_time = 0;        // later counts in the tally alone
    std::uint64_t received_bytes_in_time = 0;  // of payloads
    std::uint64_t sent_bytes_in_time = 0;
    load::TrafficTally tally{};
    load::Traffic::Totals totals{};
};

// Ends in a newline.
std::string table_of(const BenchResult& result);
std::string json_of(const BenchResult& result);
// Done where everybody got in, stayed, and nothing was lost or refused. Refused or Unreachable
// where nobody got in.
Exit exit_of(const BenchResult& result);

// "1,234,567".
std::string with_commas(std::uint64_t number);
// "85 µs", "1.42 ms", "2.31 s".
std::string short_time(std::chrono::nanoseconds time);

}  // namespace gatehouse::server::bench
