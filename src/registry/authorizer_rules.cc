#include "registry/authorizer_rules.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/resource_tags.h"
#include "registry/function_arn.h"
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
    if (auto checked = check_function_arn(authorizer.function_arn.view(), "authorizerFunctionArn");
        !checked) {
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
