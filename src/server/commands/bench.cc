#include <array>
#include <utility>

#include "base/random.h"
#include "server/bench/bench_flags.h"
#include "server/bench/foreign_flags.h"
#include "server/bench/run_bench.h"
#include "server/commands/table.h"

namespace gatehouse::server {
namespace {

using bench::Kind;

constexpr std::string_view bench_about =
    "Puts load on an MQTT broker, ours or any other, with many clients in one thread, and says\n"
    "how fast it was, how late messages were, and what was lost.";

std::string_view about_of(Kind kind) {
    switch (kind) {
        case Kind::Pub:
            return "Publishes from many clients. With QoS 1 and 2, latency is the time until a\n"
                   "message is acknowledged.";
        case Kind::Sub:
            return "Subscribes with many clients. Messages of `gatehouse bench pub` carry a "
                   "number\n"
                   "and their time: they show what was lost, and how late they came.";
        case Kind::Pairs:
            return "Publishes from many clients, each to a subscriber of its own. Latency is the\n"
                   "time from one to the other; every message is numbered.";
        case Kind::Connect: break;
    }
    return "Connects many clients.";
}

Exit run(Kind kind, const Invocation& invocation) {
    const auto flags = bench::bench_flags(kind);
    const std::string text = std::string(about_of(kind)) +
                             "\nExit status: 0 done, 1 something was lost or refused, 2 wrong use, "
                             "3 everybody was\nrefused, 4 unreachable.";
    const auto arguments =
        read_arguments(invocation, {.about = text,
                                    .flags = flags,
                                    .problem = bench::foreign_flag(flags, invocation.arguments)});
    if (!arguments) return arguments.error();
    SystemRandom random;
    auto wish = bench::read_bench_flags(kind, *arguments, invocation.environment, random);
    if (!wish) return report(invocation, wish.error(), Exit::WrongUse);
    return bench::run_bench(invocation, std::move(*wish));
}

}  // namespace

Exit run_bench(const Invocation& invocation) {
    static constexpr std::array commands{
        Command{"connect", "connects alone: how many a second, how many at once",
                [](const Invocation& inner) { return run(Kind::Connect, inner); }},
        Command{"pairs", "publishers with one subscriber each",
                [](const Invocation& inner) { return run(Kind::Pairs, inner); }},
        Command{"pub", "publishers alone",
                [](const Invocation& inner) { return run(Kind::Pub, inner); }},
        Command{"sub", "subscribers alone",
                [](const Invocation& inner) { return run(Kind::Sub, inner); }},
    };
    return run_group(commands, bench_about, invocation);
}

}  // namespace gatehouse::server
