#include "registry/authorizer_rules.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/arn.h"
#include "base/resource_tags.h"
#include "signature/token_verifier.h"

namespace gatehouse::registry {
namespace {

constexpr std::string_view letters_and_digits =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

// One rule for a short text: which characters beside letters and digits, how many in all.
struct TextRule {
    std::string_view field;
    std::string_view extra;
    std::size_t length_max;
};

constexpr TextRule name_rule{"authorizerName", "_=,@-", authorizer_name_max};
constexpr TextRule token_key_rule{"tokenKeyName", "_-", token_key_name_max};
constexpr TextRule signing_key_rule{"tokenSigningPublicKeys", ":_-", signing_key_name_max};

Outcome<void> check_text(const TextRule& rule, std::string_view text) {
    const auto foreign = [&](char c) {
        return !letters_and_digits.contains(c) && !rule.extra.contains(c);
    };
    const bool wrong = std::ranges::any_of(text, foreign);
    if (!wrong && !text.empty() && text.size() <= rule.length_max) return {};
    // What is foreign is not repeated: it may be anything.
    const std::string shown = wrong ? std::string("it") : fmt::format("'{}'", text.substr(0, 140));
    return refuse(Refusal::InvalidRequest,
                  fmt::format("{}: {} must have 1 to {} characters out of a-z A-Z 0-9 {}",
                              rule.field, shown, rule.length_max, rule.extra),
                  std::string(rule.field));
}

// arn:PARTITION:lambda:REGION:ACCOUNT:function:NAME[:VERSION-OR-ALIAS]
Outcome<void> check_function_arn(const FunctionArn& function) {
    const auto wrong = [](std::string_view why) {
        return refuse(Refusal::InvalidRequest,
                      fmt::format("authorizerFunctionArn {}; it must look like "
                                  "arn:aws:lambda:REGION:ACCOUNT:function:NAME",
                                  why),
                      "authorizerFunctionArn");
    };
    if (function.empty()) return wrong("is missing");
    if (function.value().size() > function_arn_max) return wrong("has over 2048 characters");
    const auto arn = parse_arn(function.view());
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
    const auto foreign = [](char c) {
        return !letters_and_digits.contains(c) && !std::string_view("-_$").contains(c);
    };
    if (bare.empty() || std::ranges::any_of(bare, foreign) ||
        std::ranges::any_of(qualifier, foreign) || name.ends_with(':')) {
        return wrong("names no function");
    }
    return {};
}

Outcome<void> check_keys(const Texts& keys) {
    if (keys.size() > signing_keys_max) {
        return refuse(Refusal::InvalidRequest,
                      fmt::format("tokenSigningPublicKeys holds {} keys; at most {} are kept",
                                  keys.size(), signing_keys_max),
                      "tokenSigningPublicKeys");
    }
    for (const auto& [name, pem] : keys) {
        if (auto checked = check_text(signing_key_rule, name); !checked) return checked;
        if (pem.size() > signing_key_pem_max) {
            return refuse(Refusal::InvalidRequest,
                          fmt::format("token signing public key '{}' has {} characters; at most "
                                      "{} are allowed",
                                      name, pem.size(), signing_key_pem_max),
                          "tokenSigningPublicKeys");
        }
    }
    if (keys.empty()) return {};
    if (const auto verifier = signature::TokenVerifier::make(keys); !verifier) {
        return refuse(Refusal::InvalidRequest, verifier.error().message, "tokenSigningPublicKeys");
    }
    return {};
}

Outcome<void> check_signing(const Authorizer& authorizer) {
    if (authorizer.signing_disabled) return {};
    constexpr std::string_view advice =
        "; create the authorizer with signingDisabled true if its tokens are not signed";
    if (authorizer.token_key_name.empty()) {
        return refuse(Refusal::InvalidRequest,
                      fmt::format("tokenKeyName is required while token signing is on{}", advice),
                      "tokenKeyName");
    }
    if (authorizer.token_signing_public_keys.empty()) {
        return refuse(Refusal::InvalidRequest,
                      fmt::format("tokenSigningPublicKeys needs at least one key while token "
                                  "signing is on{}",
                                  advice),
                      "tokenSigningPublicKeys");
    }
    return {};
}

}  // namespace

Outcome<void> check_authorizer_name(const AuthorizerName& name) {
    return check_text(name_rule, name.view());
}

Outcome<void> check_authorizer(const Authorizer& authorizer) {
    if (auto checked = check_function_arn(authorizer.function_arn); !checked) {
        // The name comes first.
        if (auto named = check_authorizer_name(authorizer.name); !named) return named;
        return checked;
    }
    return check_declared(authorizer);
}

Outcome<void> check_declared(const Authorizer& authorizer) {
    if (auto checked = check_authorizer_name(authorizer.name); !checked) return checked;
    if (!authorizer.token_key_name.empty()) {
        if (auto checked = check_text(token_key_rule, authorizer.token_key_name); !checked) {
            return checked;
        }
    }
    if (auto checked = check_keys(authorizer.token_signing_public_keys); !checked) return checked;
    if (auto checked = check_signing(authorizer); !checked) return checked;
    if (auto fault = tags_fault(authorizer.tags)) {
        return refuse(Refusal::InvalidRequest, std::move(*fault), "tags");
    }
    return {};
}

}  // namespace gatehouse::registry
