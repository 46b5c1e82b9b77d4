#include <fmt/format.h>

#include "base/encoding.h"
#include "server/client/functions_api.h"
#include "server/client/session.h"
#include "server/client/terminal.h"
#include "server/commands/function/commands.h"

namespace gatehouse::server {
namespace {

// A function may run for 15 minutes, and start before.
constexpr std::chrono::seconds invoke_wait{930};

std::string log_of(const net::HttpResponse& response) {
    const auto encoded = response.headers.find("X-Amz-Log-Result");
    const auto bytes = encoded ? from_base64(*encoded) : std::nullopt;
    return bytes ? std::string(text_of(*bytes)) : "";
}

}  // namespace

Exit run_function_invoke(const Invocation& invocation) {
    const auto flags = with_data_dir({
        {"payload", "JSON", "The event: JSON, or @FILE. Without it, {}."},
        {"log", "", "Print the last 4 KB that the invocation logged, too."},
    });
    const auto session = begin_session(
        invocation,
        {.about = "Calls a function and prints its answer. When the function fails, the "
                  "answer is the error,\nits log is printed, and the exit status is 1.",
         .positional = "NAME",
         .positional_max = 1,
         .flags = flags,
         .positional_min = 1});
    if (!session) return session.error();
    const std::string& name = session->word(0);
    const auto payload = text_or_file(session->arguments.value("payload").value_or("{}"));
    if (!payload) return report(invocation, payload.error(), Exit::WrongUse);
    if (const auto parsed = parse_json(*payload, "the payload"); !parsed) {
        return report(invocation, parsed.error(), Exit::WrongUse);
    }
    const auto response = session->client.send(
        {.service = "lambda",
         .method = "POST",
         .path = function_path(name, "/invocations"),
         .headers = {{"Content-Type", "application/json"}, {"X-Amz-Log-Type", "Tail"}},
         .body = *payload,
         .wait = invoke_wait});
    if (!response) {
        return report(invocation, function_error(session->client, response.error(), name));
    }
    const bool failed = response->headers.find("X-Amz-Function-Error").has_value();
    if (session->arguments.has("log") || failed)
        print(invocation.err, printable(log_of(*response)));
    print(invocation.out, response->body + "\n");
    if (!failed) return Exit::Done;
    return report(invocation, Error{ErrorKind::Unavailable,
                                    fmt::format("function {} failed; its error is above", name),
                                    {}});
}

}  // namespace gatehouse::server
