#include <fmt/format.h>

#include <array>

#include "server/client/answer.h"
#include "server/client/duration.h"
#include "server/client/session.h"
#include "server/commands/table.h"

namespace gatehouse::server {
namespace {

Exit run_clock_advance(const Invocation& invocation) {
    const auto flags = with_data_dir({});
    const auto session = begin_session(
        invocation, {.about = "Moves the time of a server that runs with --clock manual, so that "
                              "tests reach an expiry\nwithout waiting for it.",
                     .positional = "SPAN",
                     .positional_max = 1,
                     .flags = flags,
                     .positional_min = 1});
    if (!session) return session.error();
    const auto span = parse_duration(session->word(0));
    if (!span) return report(invocation, span.error(), Exit::WrongUse);
    const auto answer =
        session->client.call({.service = "gatehouse",
                              .method = "POST",
                              .path = "/gatehouse/v1/clock",
                              .body = to_text(json::object{{"milliseconds", span->count()}})});
    if (!answer) return report(invocation, answer.error());
    const json::value* time = answer->as_object().if_contains("time");
    if (time != nullptr && time->is_number()) {
        const auto ms = static_cast<std::int64_t>(time->to_number<double>() * 1000 + 0.5);
        print(invocation.out, fmt::format("it is {} now\n",
                                          format_iso8601(WallTime(std::chrono::milliseconds(ms)))));
    }
    return Exit::Done;
}

}  // namespace

Exit run_clock(const Invocation& invocation) {
    static constexpr std::array commands{
        Command{"advance", "move the time of a server with --clock manual", run_clock_advance},
    };
    return run_group(commands, "The server's clock.", invocation);
}

}  // namespace gatehouse::server
