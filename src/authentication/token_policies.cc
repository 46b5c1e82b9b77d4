#include "authentication/token_policies.h"

#include <fmt/format.h>

#include <functional>

#include "base/encoding.h"
#include "policy/document.h"

namespace gatehouse::authentication {
namespace {

constexpr std::string_view variable_begin = "${jwt:";
constexpr std::string_view kept_as_they_are = "@=,";

using ValueOf = std::function<Result<std::string>(std::string_view claim)>;

Result<std::string> filled_in(std::string_view document, const ValueOf& value_of) {
    std::string filled;
    while (true) {
        const auto begin = document.find(variable_begin);
        filled += document.substr(0, begin);
        if (begin == document.npos) return filled;
        document.remove_prefix(begin + variable_begin.size());
        const auto end = document.find_first_of("}\"\\");
        if (end == document.npos || document[end] != '}' || end == 0) {
            return fail(ErrorKind::InvalidInput,
                        fmt::format("a variable {}…}} names no claim", variable_begin));
        }
        auto value = value_of(document.substr(0, end));
        if (!value) return value;
        filled += percent_encode(*value, kept_as_they_are);
        document.remove_prefix(end + 1);
    }
}

}  // namespace

Result<TokenPolicies> TokenPolicies::make(std::vector<std::string> documents) {
    for (const std::string& document : documents) {
        const auto sample = filled_in(document, [](std::string_view) { return std::string("a"); });
        if (!sample) return fail(sample.error());
        const auto parsed = policy::parse_document(*sample, policy::Dialect::IotPolicy);
        if (!parsed) return fail(parsed.error());
    }
    return TokenPolicies(std::move(documents));
}

Result<std::vector<std::string>> TokenPolicies::documents_for(const json::object& claims) const {
    std::vector<std::string> filled;
    for (const std::string& document : documents_) {
        auto one =
            filled_in(document, [&](std::string_view claim) { return claim_text(claims, claim); });
        if (!one) return fail(std::move(one.error()));
        filled.push_back(std::move(*one));
    }
    return filled;
}

Result<std::string> claim_text(const json::object& claims, std::string_view name) {
    const auto refuse = [&](std::string_view why) {
        return fail(ErrorKind::Unauthorized, fmt::format("the token's claim '{}' {}", name, why));
    };
    const json::value* const value = claims.if_contains({name.data(), name.size()});
    if (value == nullptr) return refuse("is missing");
    std::string text;
    if (value->is_string()) {
        text = value->as_string();
    } else if (value->is_int64() || value->is_uint64() || value->is_bool()) {
        text = to_text(*value);
    } else {
        return refuse(fmt::format("is {}; a text or a whole number is wanted", kind_name(*value)));
    }
    if (text.empty()) return refuse("is empty");
    if (text.size() > claim_bytes_max) {
        return refuse(fmt::format("has over {} bytes", claim_bytes_max));
    }
    return text;
}

}  // namespace gatehouse::authentication
