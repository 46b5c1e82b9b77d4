#include "server/bench/bench_progress.h"

#include <fmt/format.h>

#include <cmath>
#include <utility>

#include "server/bench/bench_result.h"
#include "server/command.h"

namespace gatehouse::server::bench {
namespace {

using namespace std::chrono_literals;

// After Ctrl-C, for what is on its way.
constexpr auto drain_after_stop_max = 2s;

std::string a_second(std::uint64_t count, double seconds) {
    return with_commas(
        static_cast<std::uint64_t>(std::llround(static_cast<double>(count) / seconds)));
}

}  // namespace

BenchProgress::BenchProgress(Kind kind, const Clock& clock, device::StopSignal& stop,
                             std::FILE* file)
    : kind_(kind),
      clock_(clock),
      stop_(stop),
      file_(file),
      start_(clock.steady_now()),
      last_line_(start_) {}

bool BenchProgress::goes_on(load::Phase phase, const load::Arrivals& arrivals,
                            load::Traffic* traffic) {
    const SteadyTime now = clock_.steady_now();
    if (now - last_line_ >= 1s) print_line(phase, arrivals, traffic);
    if (!stop_.came()) return true;
    stopped_at_ = std::min(stopped_at_, now);
    return phase == load::Phase::Draining && now - stopped_at_ < drain_after_stop_max;
}

void BenchProgress::print_line(load::Phase phase, const load::Arrivals& arrivals,
                               load::Traffic* traffic) {
    const SteadyTime now = clock_.steady_now();
    const std::chrono::duration<double> seconds = now - std::exchange(last_line_, now);
    std::string line =
        fmt::format("{:>5.0f} s  ", std::chrono::duration<double>(now - start_).count());
    if (phase == load::Phase::Connecting || kind_ == Kind::Connect) {
        const std::uint64_t more =
            arrivals.succeeded - std::exchange(succeeded_, arrivals.succeeded);
        line += fmt::format("connected {} ({}/s)  open {}  failed {}",
                            with_commas(arrivals.succeeded), a_second(more, seconds.count()),
                            with_commas(arrivals.open), with_commas(load::total(arrivals.failed)));
    } else if (traffic != nullptr) {
        line += traffic_text(*traffic, seconds.count());
        if (phase == load::Phase::Draining) line += "  (waiting for what is on its way)";
    }
    if (!arrivals.lost.empty()) {
        line += fmt::format("  lost connections {}", with_commas(load::total(arrivals.lost)));
    }
    print(file_, line + "\n");
}

std::string BenchProgress::traffic_text(load::Traffic& traffic, double seconds) {
    load::TrafficTally& tally = traffic.tally();
    const std::uint64_t sent = tally.sent - std::exchange(sent_, tally.sent);
    const std::uint64_t received = tally.received - std::exchange(received_, tally.received);
    const std::uint64_t all_bytes = kind_ == Kind::Pub ? tally.sent_bytes : tally.received_bytes;
    const std::uint64_t bytes = all_bytes - std::exchange(bytes_, all_bytes);
    std::string text;
    if (kind_ != Kind::Sub) text += fmt::format("sent {}/s  ", a_second(sent, seconds));
    if (kind_ != Kind::Pub) text += fmt::format("received {}/s  ", a_second(received, seconds));
    text += fmt::format("{:.2f} MB/s", static_cast<double>(bytes) / seconds / 1e6);
    if (tally.recent.count() > 0) {
        text += fmt::format("  p50 {}  p99 {}", short_time(tally.recent.at(0.5)),
                            short_time(tally.recent.at(0.99)));
    }
    tally.recent.clear();
    if (kind_ != Kind::Pub) text += fmt::format("  missing {}", with_commas(traffic.missing()));
    return text;
}

}  // namespace gatehouse::server::bench
