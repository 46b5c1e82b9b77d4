#include "authentication/kept_answer.h"

#include <algorithm>
#include <array>

#include "base/encoding.h"
#include "signature/request_view.h"

namespace gatehouse::authentication {
namespace {

// As Publish names them.
constexpr std::array<std::string_view, 5> parameters{"qos", "retain", "contentType",
                                                     "responseTopic", "messageExpiry"};
constexpr std::array<std::string_view, 3> headers{"Content-Length", "Transfer-Encoding", "Date"};
constexpr std::array<std::string_view, 2> header_prefixes{"x-amz-mqtt5-", "x-amzn-mqtt5-"};

bool is_header_of_one_message(std::string_view name) {
    const auto is_name = [&](std::string_view one) {
        return signature::equal_ignoring_case(name, one);
    };
    const auto begins = [&](std::string_view prefix) {
        return signature::equal_ignoring_case(name.substr(0, prefix.size()), prefix);
    };
    return std::ranges::any_of(headers, is_name) || std::ranges::any_of(header_prefixes, begins);
}

}  // namespace

bool is_of_one_message(std::string_view name) {
    return is_header_of_one_message(name) ||
           std::ranges::any_of(parameters, [&](std::string_view one) {
               return signature::equal_ignoring_case(name, one);
           });
}

std::string asked_with(const HttpCredentials& http) {
    std::string asked;
    for (std::string_view rest = http.query; !rest.empty();) {
        const std::string_view pair = rest.substr(0, rest.find('&'));
        rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
        // As Publish finds them, so that what it does not take for its own counts.
        const std::string name = percent_decode(pair.substr(0, pair.find('=')));
        if (std::ranges::find(parameters, name) == parameters.end()) {
            asked.append(pair).append("&");
        }
    }
    for (const auto& [name, value] : http.headers.fields()) {
        // Neither holds a line's end.
        if (!is_header_of_one_message(name)) {
            asked.append("\n").append(name).append(": ").append(value);
        }
    }
    return asked;
}

}  // namespace gatehouse::authentication
