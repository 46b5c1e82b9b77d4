#include "logs/event.h"

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>

#include "logs/json_text.h"
#include "logs/masking.h"

namespace gatehouse::logs {
namespace {

void append_digits(std::string& out, unsigned value, std::size_t width) {
    std::array<char, 10> digits;
    for (std::size_t i = width; i-- > 0; value /= 10) {
        digits[i] = static_cast<char>('0' + value % 10);
    }
    out.append(digits.data(), width);
}

// The same text as format_log_time(), without its allocation.
void append_time(std::string& out, WallTime time) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const auto ms = static_cast<unsigned>((time - day).count());
    append_digits(out, static_cast<unsigned>(static_cast<int>(date.year())), 4);
    out += '-';
    append_digits(out, static_cast<unsigned>(date.month()), 2);
    out += '-';
    append_digits(out, static_cast<unsigned>(date.day()), 2);
    out += ' ';
    append_digits(out, ms / 3'600'000, 2);
    out += ':';
    append_digits(out, ms / 60'000 % 60, 2);
    out += ':';
    append_digits(out, ms / 1000 % 60, 2);
    out += '.';
    append_digits(out, ms % 1000, 3);
}

template <class Number>
void append_number(std::string& out, Number value) {
    std::array<char, 32> text;
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
    out.append(text.data(), end);
}

void append_double(std::string& out, double value) {
    if (!std::isfinite(value)) {
        out += "null";
        return;
    }
    append_number(out, value);
}

// ,"name":"value" for a fixed name; nothing for an empty value.
void member(std::string& out, std::string_view quoted_name, std::string_view value) {
    if (value.empty()) return;
    out += quoted_name;
    out += '"';
    append_escaped(out, value);
    out += '"';
}

void member(std::string& out, std::string_view quoted_name, std::uint16_t port) {
    if (port == 0) return;
    out += quoted_name;
    append_number(out, static_cast<unsigned>(port));
}

void append_value(std::string& out, const Member& value) {
    struct Writer {
        std::string& out;
        void operator()(std::string_view text) const {
            out += '"';
            append_escaped(out, text);
            out += '"';
        }
        void operator()(std::int64_t number) const { append_number(out, number); }
        void operator()(double number) const { append_double(out, number); }
        void operator()(bool flag) const { out += flag ? "true" : "false"; }
        void operator()(JsonText json) const {
            out += json.value().empty() ? "null" : json.value();
        }
    };
    out += ",\"";
    append_escaped(out, value.name);
    out += "\":";
    std::visit(Writer{out}, value.value);
}

void append_common(std::string& out, const Event& event, WallTime time) {
    out += "{\"timestamp\":\"";
    append_time(out, time);
    out += "\",\"logLevel\":\"";
    out += name_of(event.level.value_or(level_of(event.type, event.status)));
    out += '"';
    member(out, ",\"traceId\":", event.trace_id);
    member(out, ",\"accountId\":", event.tenant.account.view());
    out += ",\"status\":\"";
    out += name_of(event.status);
    out += "\",\"eventType\":\"";
    out += name_of(event.type);
    out += '"';
}

// What a client may make as long as it likes.
void shown_member(std::string& out, std::string_view name, std::string_view text) {
    if (text.size() <= shown_bytes_max) return member(out, name, text);
    member(out, name, shown_text(text));
}

void append_aws_members(std::string& out, const Event& event) {
    member(out, ",\"protocol\":", event.origin.protocol);
    member(out, ",\"topicName\":", event.topic_name);
    shown_member(out, ",\"clientId\":", event.origin.client_id);
    member(out, ",\"principalId\":", event.origin.principal_id);
    member(out, ",\"authenticationType\":", event.authentication_type);
    member(out, ",\"serverNameIndication\":", event.server_name_indication);
    member(out, ",\"sourceIp\":", event.origin.source_ip);
    member(out, ",\"sourcePort\":", event.origin.source_port);
    member(out, ",\"destinationIp\":", event.destination_ip);
    member(out, ",\"destinationPort\":", event.destination_port);
    member(out, ",\"ruleName\":", event.rule_name);
    member(out, ",\"ruleAction\":", event.rule_action);
    member(out, ",\"reason\":", event.reason);
    member(out, ",\"details\":", event.details);
    member(out, ",\"disconnectReason\":", event.disconnect_reason);
}

void append_own_members(std::string& out, const Event& event) {
    shown_member(out, ",\"authorizerName\":", event.authorizer_name);
    member(out, ",\"functionName\":", event.function_name);
    member(out, ",\"door\":", event.door);
    member(out, ",\"domainConfigurationName\":", event.domain_configuration);
    if (event.duration_ms) {
        out += ",\"durationMs\":";
        append_double(out, *event.duration_ms);
    }
    if (event.cold_start) out += *event.cold_start ? ",\"coldStart\":true" : ",\"coldStart\":false";
    if (!event.explanation_object.value().empty()) {
        out += ",\"explanation\":";
        out += event.explanation_object.value();
    } else {
        member(out, ",\"explanation\":", event.explanation);
    }
    for (const Member& extra : event.more) append_value(out, extra);
}

}  // namespace

void append_json(std::string& out, const Event& event, WallTime time) {
    append_common(out, event, time);
    append_aws_members(out, event);
    append_own_members(out, event);
    out += '}';
}

}  // namespace gatehouse::logs
