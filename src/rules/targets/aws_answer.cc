#include "rules/targets/aws_answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/encoding.h"
#include "base/json.h"

namespace gatehouse::rules {
namespace {

constexpr std::size_t shown_bytes_max = 512;

// Those of SDKs' standard retry mode, throttling and transient.
constexpr std::array<std::string_view, 22> passing_codes{"BandwidthLimitExceeded",
                                                         "EC2ThrottledException",
                                                         "InternalError",
                                                         "InternalFailure",
                                                         "InternalServerError",
                                                         "LimitExceededException",
                                                         "PriorRequestNotComplete",
                                                         "ProvisionedThroughputExceededException",
                                                         "RequestLimitExceeded",
                                                         "RequestThrottled",
                                                         "RequestThrottledException",
                                                         "RequestTimeout",
                                                         "RequestTimeoutException",
                                                         "ServiceUnavailable",
                                                         "ServiceUnavailableException",
                                                         "SlowDown",
                                                         "ThrottledException",
                                                         "Throttling",
                                                         "ThrottlingException",
                                                         "TooManyRequestsException",
                                                         "TransactionInProgressException",
                                                         "LimitExceeded"};

// What stands between the first tags of that name; XML's own escapes are turned back.
std::string element(std::string_view xml, std::string_view name) {
    const std::string begin = fmt::format("<{}>", name);
    const auto at = xml.find(begin);
    if (at == xml.npos) return {};
    const auto from = at + begin.size();
    const auto to = xml.find("</", from);
    if (to == xml.npos) return {};
    std::string text(xml.substr(from, std::min(to - from, shown_bytes_max)));
    constexpr std::array<std::pair<std::string_view, std::string_view>, 5> escapes{
        {{"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&apos;", "'"}, {"&amp;", "&"}}};
    for (const auto& [written, meant] : escapes) {
        for (std::size_t found = 0; (found = text.find(written, found)) != text.npos;
             found += meant.size()) {
            text.replace(found, written.size(), meant);
        }
    }
    return text;
}

// "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException", and in headers
// "ResourceNotFoundException:http://internal.amazon.com/coral/".
std::string plain_code(std::string_view code) {
    code = code.substr(0, code.find(':'));
    if (const auto hash = code.rfind('#'); hash != code.npos) code.remove_prefix(hash + 1);
    return std::string(code.substr(0, shown_bytes_max));
}

std::string text_member(const json::object& object, std::initializer_list<const char*> names) {
    for (const char* name : names) {
        const json::value* const value = object.if_contains(name);
        if (value != nullptr && value->is_string()) {
            return std::string(std::string_view(value->as_string()).substr(0, shown_bytes_max));
        }
    }
    return {};
}

// Whoever answers is not trusted with what goes into logs.
std::string printable(std::string text) {
    if (!is_utf8(text)) return "(no text)";
    std::ranges::replace_if(text, [](char c) { return (c >= 0 && c < ' ') || c == '\x7F'; }, ' ');
    return text;
}

ErrorKind kind_of(unsigned status, std::string_view code) {
    if (status == 429 || code.contains("Throttl") || code == "SlowDown") {
        return ErrorKind::Throttled;
    }
    if (status >= 500 || is_passing(code)) return ErrorKind::Unavailable;
    if (status == 404) return ErrorKind::NotFound;
    if (status == 401 || status == 403) return ErrorKind::NotAllowed;
    return ErrorKind::InvalidInput;
}

}  // namespace

AwsFailure read_failure(const net::HttpResponse& response) {
    AwsFailure failure;
    for (const char* header : {"x-amzn-RequestId", "x-amz-request-id"}) {
        if (const auto id = response.headers.find(header)) {
            failure.request_id = id->substr(0, shown_bytes_max);
            break;
        }
    }
    if (const auto code = response.headers.find("x-amzn-ErrorType")) {
        failure.code = plain_code(*code);
    }
    if (response.body.starts_with('<')) {
        failure.code = element(response.body, "Code");
        failure.message = element(response.body, "Message");
        if (failure.request_id.empty()) failure.request_id = element(response.body, "RequestId");
    } else if (const auto body = parse_json(response.body, "the answer");
               body && body->is_object()) {
        const json::object& object = body->as_object();
        if (failure.code.empty())
            failure.code = plain_code(text_member(object, {"__type", "code"}));
        failure.message = text_member(object, {"message", "Message"});
    }
    for (std::string* text : {&failure.code, &failure.message, &failure.request_id}) {
        *text = printable(std::move(*text));
    }
    return failure;
}

bool is_passing(std::string_view code) {
    return std::ranges::find(passing_codes, code) != passing_codes.end();
}

Result<void> judge_aws(AwsService service, std::string_view attempted,
                       const net::HttpResponse& response) {
    if (response.status >= 200 && response.status < 300) return {};
    const AwsFailure failure = read_failure(response);
    return fail(
        kind_of(response.status, failure.code),
        fmt::format("{} The error received was {} (Service: {}; Status Code: {}; Error Code: {}; "
                    "Request ID: {})",
                    attempted, failure.message.empty() ? "not explained" : failure.message,
                    full_name(service), response.status,
                    failure.code.empty() ? "none" : failure.code,
                    failure.request_id.empty() ? "none" : failure.request_id));
}

}  // namespace gatehouse::rules
