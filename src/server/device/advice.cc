#include "server/device/advice.h"

#include <fmt/format.h>

#include <algorithm>

namespace gatehouse::server::device {
namespace {

constexpr std::size_t uuid_size = 36;

bool is_uuid(std::string_view text) {
    for (std::size_t i = 0; i < uuid_size; ++i) {
        const char c = text[i];
        const bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
        const bool is_digit =
            (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        if (is_dash ? c != '-' : !is_digit) return false;
    }
    return true;
}

std::string where_to_look(std::string_view reason, const Circumstances& at) {
    const auto trace_id = find_trace_id(reason);
    const std::string command =
        trace_id ? fmt::format("explain {}", *trace_id)
                 : fmt::format("authorizer trace --client-id {}", at.plan.client_id);
    return fmt::format(
        "  why, step by step:  gatehouse {0}{1}\n"
        "  the server's log:   gatehouse logs tail AWSIotLogsV2{1}\n",
        command, at.plan.server_flags);
}

std::string said(const Answer& answer) {
    if (answer.reason.empty()) return {};
    return fmt::format("  the server says:    {}\n", answer.reason);
}

std::string in_brackets(std::string_view detail) {
    return detail.empty() ? "" : fmt::format(" ({})", detail);
}

std::string explain_trust(const Ending& ending, const Circumstances& at) {
    const Target& target = at.plan.target;
    return fmt::format(
        "{} did not prove to be the server that is meant{}\n"
        "  its certificate has to name '{}' and lead to {}\n"
        "  a Gatehouse server's CA is DATA_DIR/ca/root-CA.crt there: give it with --cafile\n",
        target.address(), in_brackets(ending.detail), target.host,
        target.ca_file.empty() ? "a CA that this system trusts" : "the CA in " + target.ca_file);
}

std::string explain_tls(const Ending& ending, const Circumstances& at) {
    const Target& target = at.plan.target;
    return fmt::format(
        "the TLS handshake with {} failed{}\n"
        "  likely: the port speaks no TLS, or does not know {}\n",
        target.address(), in_brackets(ending.detail),
        target.alpn.empty() ? "connections without ALPN (--alpn)"
                            : fmt::format("ALPN '{}' (--alpn, --alpn none)", target.alpn));
}

std::string explain_unreachable(const Ending& ending, const Circumstances& at) {
    return fmt::format(
        "cannot reach {}{}\n{}", at.plan.target.address(), in_brackets(ending.detail),
        at.plan.target.local ? "  is the server still running? `gatehouse serve`\n" : "");
}

std::string explain_hang_up(const Ending& ending, const Circumstances& at) {
    const ConnectPlan& plan = at.plan;
    std::string text = fmt::format(
        "{} closed the connection after CONNECT without an answer{}\n"
        "  AWS IoT refuses like this (profile aws-strict as well). Likely reasons:\n",
        plan.target.address(), in_brackets(ending.detail));
    if (at.named_authorizer) {
        text +=
            "  - no authorizer of that name is ACTIVE, or its function failed\n"
            "  - user name, password, token or signature are not what it expects\n";
    } else {
        text +=
            "  - no authorizer was named (--authorizer), and there is no default authorizer\n"
            "  - user name or password are wrong\n";
    }
    text += fmt::format("  - the policy does not allow iot:Connect on client/{}\n", plan.client_id);
    if (plan.target.tls) {
        text += fmt::format(
            "  - the port wants another ALPN than {}, or '{}' is no endpoint of the server (SNI)\n",
            plan.target.alpn.empty() ? "none" : fmt::format("'{}'", plan.target.alpn),
            plan.target.host);
    } else {
        text += "  - the port wants TLS\n";
    }
    return text + where_to_look({}, at);
}

std::string explain_loss(const Ending& ending, const Circumstances& at) {
    std::string text =
        fmt::format("the connection to {} broke off{}\n  if it keeps doing that, likely reasons:\n",
                    at.plan.target.address(), in_brackets(ending.detail));
    if (!at.topic.empty()) {
        text +=
            fmt::format("  - the policy does not allow what was sent: see topic {}\n", at.topic);
    }
    text += fmt::format(
        "  - another device connected as {}\n"
        "  - the time that the authorizer gave (disconnectAfterInSeconds) is over\n",
        at.plan.client_id);
    return text + where_to_look({}, at);
}

}  // namespace

std::optional<std::string_view> find_trace_id(std::string_view text) {
    for (; text.size() >= uuid_size; text.remove_prefix(1)) {
        if (is_uuid(text)) return text.substr(0, uuid_size);
    }
    return std::nullopt;
}

std::string explain(const Ending& ending, const Circumstances& at) {
    const Answer& answer = ending.answer;
    switch (ending.kind) {
        case EndKind::Done: return {};
        case EndKind::Unreachable: return explain_unreachable(ending, at);
        case EndKind::Untrusted: return explain_trust(ending, at);
        case EndKind::TlsFailed: return explain_tls(ending, at);
        case EndKind::Silent:
            return fmt::format("{} did not answer in time\n{}", at.plan.target.address(),
                               where_to_look({}, at));
        case EndKind::HungUp: return explain_hang_up(ending, at);
        case EndKind::Refused:
            return fmt::format("refused by {}: {}\n{}{}", at.plan.target.address(), answer.code,
                               said(answer), where_to_look(answer.reason, at));
        case EndKind::Busy:
            return fmt::format("{} asks to come later: {}\n{}", at.plan.target.address(),
                               answer.code, said(answer));
        case EndKind::Lost: return explain_loss(ending, at);
        case EndKind::Disconnected:
            return fmt::format("the server ended the connection: {}\n{}{}", answer.code,
                               said(answer), where_to_look(answer.reason, at));
    }
    return {};
}

std::string explain_refusal(std::string_view what, const Answer& answer, const Circumstances& at) {
    return fmt::format("{} refused by the server: {}\n{}{}", what, answer.code, said(answer),
                       where_to_look(answer.reason, at));
}

}  // namespace gatehouse::server::device
