#include "server/bench/bench_result.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/json.h"
#include "server/client/answer.h"

namespace gatehouse::server::bench {
namespace {

struct Percentile {
    std::string_view name;
    double share;
};
constexpr std::array percentiles = {Percentile{"p50", 0.5}, Percentile{"p90", 0.9},
                                    Percentile{"p99", 0.99}, Percentile{"p99.9", 0.999}};

double per_second(std::uint64_t count, double seconds) {
    return seconds > 0 ? static_cast<double>(count) / seconds : 0;
}

std::string row(std::string_view name, std::string_view value) {
    return fmt::format("{:<18}{}\n", name, value);
}

std::string rate_text(std::uint64_t count, std::uint64_t in_time, std::uint64_t bytes_in_time,
                      double seconds) {
    const double rate = per_second(in_time, seconds);
    return fmt::format("{}  ({}/s, {:.2f} MB/s)", with_commas(count),
                       with_commas(static_cast<std::uint64_t>(std::llround(rate))),
                       per_second(bytes_in_time, seconds) / 1e6);
}

std::string times_text(const load::Latencies& times) {
    std::string text;
    for (const auto& [name, share] : percentiles) {
        text += fmt::format("{} {}  ", name, short_time(times.at(share)));
    }
    return text + fmt::format("max {}", short_time(times.max()));
}

std::string reason_rows(std::string_view name, const load::Reasons& reasons) {
    std::string rows;
    for (const auto& [reason, count] : reasons) {
        rows += row(rows.empty() ? name : "", fmt::format("{}  {}", with_commas(count), reason));
    }
    return rows;
}

bool has_publishers(const BenchResult& result) {
    return result.kind == Kind::Pub || result.kind == Kind::Pairs;
}

bool has_subscribers(const BenchResult& result) {
    return result.kind == Kind::Sub || result.kind == Kind::Pairs;
}

std::string traffic_rows(const BenchResult& result) {
    const load::TrafficTally& tally = result.tally;
    std::string rows;
    if (has_publishers(result)) {
        rows += row("sent", rate_text(tally.sent, result.sent_in_time, result.sent_bytes_in_time,
                                      result.seconds));
        if (result.is_acknowledged) rows += row("acknowledged", with_commas(tally.acknowledged));
        rows += reason_rows("refused", tally.refused);
    }
    if (has_subscribers(result)) {
        rows += row("received", rate_text(tally.received, result.received_in_time,
                                          result.received_bytes_in_time, result.seconds));
    }
    if (tally.latencies.count() > 0) rows += row("latency", times_text(tally.latencies));
    rows += row("lost", with_commas(result.totals.lost));
    if (has_subscribers(result)) {
        rows += row("duplicates", with_commas(result.totals.duplicates));
        rows += row("out of order", with_commas(result.totals.out_of_order));
        if (tally.foreign > 0) rows += row("without a number", with_commas(tally.foreign));
    }
    return rows;
}

double rounded(double value) {
    return std::round(value * 1000) / 1000;
}

json::object json_of(const load::Reasons& reasons) {
    json::object object;
    for (const auto& [reason, count] : reasons) object[reason] = count;
    return object;
}

json::object json_of(const load::Latencies& times) {
    const auto milliseconds = [](std::chrono::nanoseconds time) {
        return rounded(static_cast<double>(time.count()) / 1e6);
    };
    json::object object;
    for (const auto& [name, share] : percentiles) object[name] = milliseconds(times.at(share));
    object["max"] = milliseconds(times.max());
    return object;
}

void add_traffic(const BenchResult& result, json::object& object) {
    const load::TrafficTally& tally = result.tally;
    const auto add_rates = [&](const std::string& name, std::uint64_t count, std::uint64_t in_time,
                               std::uint64_t bytes_in_time) {
        object[name] = count;
        object[name + "_per_second"] = rounded(per_second(in_time, result.seconds));
        object[name + "_mb_per_second"] = rounded(per_second(bytes_in_time, result.seconds) / 1e6);
    };
    object["seconds"] = rounded(result.seconds);
    if (has_publishers(result)) {
        add_rates("sent", tally.sent, result.sent_in_time, result.sent_bytes_in_time);
        object["acknowledged"] = tally.acknowledged;
        object["refused"] = json_of(tally.refused);
    }
    if (has_subscribers(result)) {
        add_rates("received", tally.received, result.received_in_time,
                  result.received_bytes_in_time);
    }
    object["latency_ms"] = json_of(tally.latencies);
    object["lost"] = result.totals.lost;
    object["duplicates"] = result.totals.duplicates;
    object["out_of_order"] = result.totals.out_of_order;
    object["without_number"] = tally.foreign;
}

}  // namespace

std::string with_commas(std::uint64_t number) {
    std::string text = std::to_string(number);
    for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, ",");
    return text;
}

std::string short_time(std::chrono::nanoseconds time) {
    const auto nanoseconds = static_cast<double>(time.count());
    if (nanoseconds < 999.5e3) return fmt::format("{:.0f} µs", nanoseconds / 1e3);
    if (nanoseconds < 999.5e6) return fmt::format("{:.3g} ms", nanoseconds / 1e6);
    return fmt::format("{:.2f} s", nanoseconds / 1e9);
}

std::string table_of(const BenchResult& result) {
    const load::Arrivals& arrivals = result.arrivals;
    std::string table = row(
        "connected",
        fmt::format("{} of {}  ({}/s)", with_commas(arrivals.succeeded),
                    with_commas(std::max(result.connections_wanted, arrivals.started)),
                    with_commas(static_cast<std::uint64_t>(std::llround(arrivals.per_second())))));
    if (arrivals.times.count() > 0) table += row("connect time", times_text(arrivals.times));
    table += reason_rows("failed connects", arrivals.failed);
    table += reason_rows("lost connections", arrivals.lost);
    if (result.kind != Kind::Connect && arrivals.succeeded > 0) table += traffic_rows(result);
    return table;
}

std::string json_of(const BenchResult& result) {
    const load::Arrivals& arrivals = result.arrivals;
    json::object object{
        {"command", name_of(result.kind)},
        {"connected", arrivals.succeeded},
        {"connects_per_second", rounded(arrivals.per_second())},
        {"connect_ms", json_of(arrivals.times)},
        {"failed_connects", json_of(arrivals.failed)},
        {"lost_connections", json_of(arrivals.lost)},
    };
    if (result.kind != Kind::Connect) add_traffic(result, object);
    return pretty_json(object);
}

Exit exit_of(const BenchResult& result) {
    const load::Arrivals& arrivals = result.arrivals;
    if (arrivals.succeeded == 0 && !arrivals.failed.empty()) {
        return arrivals.refused > 0 ? Exit::Refused : Exit::Unreachable;
    }
    const bool clean = arrivals.failed.empty() && arrivals.lost.empty() &&
                       result.tally.refused.empty() && result.totals.lost == 0;
    return clean ? Exit::Done : Exit::Failed;
}

}  // namespace gatehouse::server::bench
