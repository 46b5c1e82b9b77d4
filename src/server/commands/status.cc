#include <fmt/format.h>

#include "net/address.h"
#include "server/client/answer.h"
#include "server/client/session.h"
#include "server/commands/table.h"

namespace gatehouse::server {
namespace {

std::string door_text(std::string_view name, const ReadyFile& server,
                      std::optional<std::uint16_t> port) {
    if (!port) return fmt::format("  {:<12}off\n", name);
    return fmt::format("  {:<12}{}\n", name, net::host_and_port(server.host, *port));
}

std::string uptime_text(std::int64_t seconds) {
    const std::int64_t hours = seconds / 3600;
    const std::int64_t minutes = seconds / 60 % 60;
    if (hours > 48) return fmt::format("{} days", hours / 24);
    if (hours > 0) return fmt::format("{} h {} min", hours, minutes);
    if (minutes > 0) return fmt::format("{} min {} s", minutes, seconds % 60);
    return fmt::format("{} s", seconds);
}

std::string status_text(const ReadyFile& server, const json::value& status) {
    std::string text =
        fmt::format("gatehouse {} has run for {} (pid {})\n", text_at(status, "/version"),
                    uptime_text(number_at(status, "/uptimeSeconds").value_or(0)), server.pid);
    text += fmt::format("  {:<12}{}\n", "profile", text_at(status, "/profile"));
    text += fmt::format("  {:<12}{} in {}\n", "account", text_at(status, "/account"),
                        text_at(status, "/region"));
    text += fmt::format("  {:<12}{}\n", "endpoint", text_at(status, "/endpoint"));
    text += fmt::format("  {:<12}{}\n", "data", server.data_dir);
    text +=
        fmt::format("  {:<12}{}\n", "CA", server.ca.empty() ? "as the system trusts" : server.ca);
    text += door_text("mqtt", server, server.mqtt);
    text += door_text("mqtts", server, server.mqtts);
    text += door_text("https", server, server.https);
    text += door_text("https+mtls", server, server.https_mtls);
    text += fmt::format("  {:<12}{}\n", "api", server.api_url);
    if (server.metrics) text += door_text("metrics", server, server.metrics);
    if (text_at(status, "/clock") == "manual") {
        text += fmt::format("  {:<12}manual: `gatehouse clock advance 5m` moves it\n", "clock");
    }
    return text;
}

}  // namespace

Exit run_status(const Invocation& invocation) {
    const auto flags = with_data_dir({{"json", "", "As JSON."}});
    const auto session = begin_session(
        invocation, {.about = "Shows the running server: its doors, account and data directory.",
                     .flags = flags});
    if (!session) return session.error();
    const auto status =
        session->client.call({.service = "gatehouse", .path = "/gatehouse/v1/status"});
    if (!status) return report(invocation, status.error());
    print(invocation.out, session->arguments.has("json")
                              ? pretty_json(*status)
                              : status_text(session->client.server(), *status));
    return Exit::Done;
}

}  // namespace gatehouse::server
