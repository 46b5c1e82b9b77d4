#include "server/client/answer.h"
#include "server/client/event_line.h"
#include "server/client/session.h"
#include "server/client/trace_text.h"
#include "server/commands/table.h"

namespace gatehouse::server {
namespace {

constexpr std::string_view explain_about =
    "Tells everything known under a trace id, which refusals carry (MQTT 5 clients are told it, "
    "log\n"
    "records have it): why it was refused, the connection attempt step by step, the log records.";

}  // namespace

Exit run_explain(const Invocation& invocation) {
    const auto flags = with_data_dir({{"json", "", "As JSON."}});
    const auto session = begin_session(invocation, {.about = explain_about,
                                                    .positional = "TRACE_ID",
                                                    .positional_max = 1,
                                                    .flags = flags,
                                                    .positional_min = 1});
    if (!session) return session.error();
    const auto answer = session->client.call(
        {.service = "gatehouse", .path = path_of("/gatehouse/v1/explanations/", session->word(0))});
    if (!answer) return report(invocation, answer.error());
    if (session->arguments.has("json")) {
        print(invocation.out, pretty_json(*answer));
        return Exit::Done;
    }
    const Colour colour = colour_of(invocation.out, invocation.environment);
    const std::string explanation = text_at(*answer, "/explanation");
    std::string text = printable(explanation) + "\n";
    if (const json::value* trace = answer->as_object().if_contains("trace")) {
        text += "\n" + trace_text(*trace, colour);
    }
    const auto records = elements_at(*answer, "/records");
    if (!records.empty()) text += "\n";
    for (const json::value& record : records) {
        text += event_line(number_at(record, "/timestamp").value_or(0), text_at(record, "/message"),
                           colour, explanation);
    }
    print(invocation.out, text);
    return Exit::Done;
}

}  // namespace gatehouse::server
