#include <fmt/format.h>

#include "server/client/answer.h"
#include "server/client/session.h"
#include "server/client/trace_text.h"
#include "server/commands/authorizer/commands.h"

namespace gatehouse::server {
namespace {

constexpr std::string_view authorizer_trace_about =
    "Shows what happened to a connection attempt, step by step: the door, TLS, which authorizer\n"
    "was chosen and why, what it was sent and answered, the policy's verdict, what the client was\n"
    "told. The newest attempt, unless one is named. The server remembers the latest attempts.";

std::vector<Flag> trace_flags() {
    return with_data_dir({
        {"client-id", "ID", "The newest attempt of this client; with --follow, all of it."},
        {"trace-id", "ID", "The attempt that a refusal or a log record names."},
        {"count", "N", "That many of the newest, 1-100 (1)."},
        {"follow", "", "Show attempts as they happen, until Ctrl-C."},
        {"show-secrets", "", "With passwords and tokens, on the server's own machine only."},
        {"json", "", "As JSON."},
    });
}

void add_common(ApiCall& call, const Arguments& arguments) {
    if (const auto client = arguments.value("client-id"))
        call.query.emplace_back("clientId", *client);
    if (arguments.has("show-secrets")) call.query.emplace_back("showSecrets", "true");
}

Exit show_one(const Invocation& invocation, const Session& session, const std::string& trace_id) {
    ApiCall call{.service = "gatehouse", .path = path_of("/gatehouse/v1/traces/", trace_id)};
    if (session.arguments.has("show-secrets")) call.query.emplace_back("showSecrets", "true");
    const auto answer = session.client.call(call);
    if (!answer && answer.error().error.kind == ErrorKind::NotFound) {
        ApiError error = answer.error();
        error.error.message +=
            fmt::format("; `gatehouse explain {}{}` looks in the log, too", printable(trace_id),
                        session.arguments.value("data-dir")
                            ? " --data-dir " + *session.arguments.value("data-dir")
                            : "");
        return report(invocation, error);
    }
    if (!answer) return report(invocation, answer.error());
    const json::value& trace = answer->as_object().at("trace");
    print(invocation.out,
          session.arguments.has("json")
              ? pretty_json(trace)
              : trace_text(trace, colour_of(invocation.out, invocation.environment)));
    return Exit::Done;
}

Exit show_newest(const Invocation& invocation, const Session& session) {
    ApiCall call{.service = "gatehouse", .path = "/gatehouse/v1/traces"};
    call.query.emplace_back("maxResults", session.arguments.value("count").value_or("1"));
    add_common(call, session.arguments);
    const auto answer = session.client.call(call);
    if (!answer) return report(invocation, answer.error());
    const auto traces = elements_at(*answer, "/traces");
    if (traces.empty()) {
        const auto client = session.arguments.value("client-id");
        return report(
            invocation,
            Error{ErrorKind::NotFound,
                  client ? fmt::format("no attempt of client {} is remembered; one that failed "
                                       "before its CONNECT was read has no client id, so look "
                                       "without --client-id",
                                       *client)
                         : std::string("no connection attempt is remembered: none came since the "
                                       "server was started that got as far as a first byte"),
                  {}});
    }
    const Colour colour = colour_of(invocation.out, invocation.environment);
    if (session.arguments.has("json")) {
        print(invocation.out, pretty_json(json::array(traces.begin(), traces.end())));
        return Exit::Done;
    }
    // Oldest first, so that the newest is nearest to the prompt.
    for (std::size_t i = traces.size(); i-- > 0;) {
        print(invocation.out, trace_text(traces[i], colour) + (i > 0 ? "\n" : ""));
    }
    return Exit::Done;
}

Exit follow(const Invocation& invocation, const Session& session) {
    const Colour colour = colour_of(invocation.out, invocation.environment);
    TraceFollower follower(colour);
    const auto now = session.client.call(
        {.service = "gatehouse", .path = "/gatehouse/v1/traces", .query = {{"maxResults", "1"}}});
    if (!now) return report(invocation, now.error());
    std::string cursor = text_at(*now, "/cursor");
    print(invocation.err, "following connection attempts; Ctrl-C ends\n");
    while (std::ferror(invocation.out) == 0) {
        ApiCall call{.service = "gatehouse", .path = "/gatehouse/v1/trace-changes"};
        add_common(call, session.arguments);
        call.query.emplace_back("cursor", cursor);
        const auto answer = session.client.call(call);
        // The server's clock stands still with `--clock manual`, and so does its wait.
        if (!answer && answer.error().error.kind == ErrorKind::Timeout) continue;
        if (!answer) return report(invocation, answer.error());
        cursor = text_at(*answer, "/cursor");
        for (const json::value& trace : elements_at(*answer, "/traces")) {
            print(invocation.out,
                  session.arguments.has("json") ? to_text(trace) + "\n" : follower.news(trace));
        }
    }
    return Exit::Done;
}

}  // namespace

Exit run_authorizer_trace(const Invocation& invocation) {
    const auto flags = trace_flags();
    const auto session =
        begin_session(invocation, {.about = authorizer_trace_about, .flags = flags});
    if (!session) return session.error();
    if (session->arguments.has("follow")) return follow(invocation, *session);
    if (const auto trace_id = session->arguments.value("trace-id")) {
        return show_one(invocation, *session, *trace_id);
    }
    return show_newest(invocation, *session);
}

}  // namespace gatehouse::server
