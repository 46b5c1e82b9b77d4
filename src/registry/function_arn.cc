#include "registry/function_arn.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "base/arn.h"

namespace gatehouse::registry {
namespace {

bool is_of_function_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '$';
}

}  // namespace

Outcome<void> check_function_arn(std::string_view function, std::string_view field) {
    const auto wrong = [&](std::string_view why) {
        return refuse(Refusal::InvalidRequest,
                      fmt::format("{} {}; it must look like "
                                  "arn:aws:lambda:REGION:ACCOUNT:function:NAME",
                                  field, why),
                      std::string(field));
    };
    if (function.empty()) return wrong("is missing");
    if (function.size() > function_arn_max) return wrong("has over 2048 characters");
    const auto arn = parse_arn(function);
    if (!arn) return wrong("is no ARN");
    if (arn->service != "lambda") return wrong("is not the ARN of a Lambda function");
    if (arn->region.empty() || !is_account_id(arn->account)) {
        return wrong("lacks a region or a 12-digit account");
    }
    constexpr std::string_view marker = "function:";
    const std::string_view resource = arn->resource;
    if (!resource.starts_with(marker)) return wrong("names no function");
    const std::string_view name = resource.substr(marker.size());
    const std::string_view bare = name.substr(0, name.find(':'));
    const std::string_view qualifier = name.substr(std::min(name.size(), bare.size() + 1));
    if (bare.empty() || !std::ranges::all_of(bare, is_of_function_name) ||
        !std::ranges::all_of(qualifier, is_of_function_name) || name.ends_with(':')) {
        return wrong("names no function");
    }
    return {};
}

}  // namespace gatehouse::registry
