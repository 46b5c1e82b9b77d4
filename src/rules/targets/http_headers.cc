#include "rules/targets/http_headers.h"

#include <algorithm>
#include <array>
#include <span>

#include "signature/request_view.h"

namespace gatehouse::rules {
namespace {

constexpr std::array<std::string_view, 10> of_requests{
    "connection",        "content-length", "expect",          "host", "keep-alive", "te", "trailer",
    "transfer-encoding", "upgrade",        "proxy-connection"};
constexpr std::array<std::string_view, 4> of_signatures{"authorization", "x-amz-content-sha256",
                                                        "x-amz-date", "x-amz-security-token"};

bool is_one_of(std::span<const std::string_view> names, std::string_view name) {
    return std::ranges::any_of(
        names, [&](std::string_view one) { return signature::equal_ignoring_case(one, name); });
}

}  // namespace

bool is_header_name(std::string_view name) {
    constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    return !name.empty() && name.size() <= 256 && std::ranges::all_of(name, [&](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               marks.contains(c);
    });
}

bool is_header_value(std::string_view value) {
    return value.size() <= 8192 && std::ranges::all_of(value, [](char c) {
               return c == '\t' || (static_cast<unsigned char>(c) >= ' ' && c != '\x7F');
           });
}

bool is_of_request(std::string_view name) {
    return is_one_of(of_requests, name);
}

bool is_of_signature(std::string_view name) {
    return is_one_of(of_signatures, name);
}

}  // namespace gatehouse::rules
