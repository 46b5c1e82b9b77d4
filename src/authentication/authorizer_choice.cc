#include "authentication/authorizer_choice.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/character_count.h"
#include "signature/request_view.h"

namespace gatehouse::authentication {
namespace {

// Source: AWS IoT API Reference, TestInvokeAuthorizer.
constexpr std::size_t token_characters_max = 6144;
constexpr std::string_view authorizer_parameters_prefix = "x-amz-customauthorizer-";
// Of a URL that is signed with keys: X-Amz-Algorithm, X-Amz-Signature, ….
constexpr std::string_view signed_query_prefix = "x-amz-";

bool has_prefix_ignoring_case(std::string_view text, std::string_view prefix) {
    return signature::equal_ignoring_case(text.substr(0, prefix.size()), prefix);
}

// A value the client sent under a name, and where.
struct Found {
    std::string value;
    std::string_view where;
};

// Everything a client can say about the authorizer, in the order in which it counts.
class Sources {
public:
    Sources(const Credentials& credentials, SecondQuestionMark second)
        : credentials_(credentials), user_name_(parse_user_name(credentials.user_name(), second)) {
        if (credentials.http) query_ = parse_query(credentials.http->query);
    }

    std::optional<Found> find(std::string_view name) const {
        if (credentials_.http) {
            if (const auto header = credentials_.http->headers.find(name)) {
                return Found{std::string(*header), "the HTTP headers"};
            }
            for (const Parameter& parameter : query_) {
                if (parameter.name == name) return Found{parameter.value, "the query string"};
            }
        }
        if (const auto value = user_name_.find(name)) {
            return Found{std::string(*value), "the user name"};
        }
        return std::nullopt;
    }
    // Whether it is there with two different values: who reads the one would take the client for
    // another than who reads the other does.
    bool is_ambiguous(std::string_view name) const {
        std::vector<std::string_view> values;
        if (credentials_.http) {
            for (const auto& [field, value] : credentials_.http->headers.fields()) {
                if (signature::equal_ignoring_case(field, name)) values.push_back(value);
            }
        }
        for (const auto* parameters : {&query_, &user_name_.parameters}) {
            for (const Parameter& parameter : *parameters) {
                if (signature::equal_ignoring_case(parameter.name, name)) {
                    values.push_back(parameter.value);
                }
            }
        }
        return std::ranges::any_of(values, [&](auto value) { return value != values.front(); });
    }
    const std::vector<std::string>& notes() const { return user_name_.notes; }

private:
    const Credentials& credentials_;
    UserName user_name_;
    std::vector<Parameter> query_;
};

Refusal choice_refusal(std::string reason, std::string sentence, std::string authorizer_name = {}) {
    return {.kind = Refusal::Kind::NotAuthenticated,
            .reason = std::move(reason),
            .sentence = std::move(sentence),
            .authorizer_name = std::move(authorizer_name)};
}

// Of the domain configuration; empty: it has none.
std::string_view default_of_domain(const Credentials& credentials) {
    if (credentials.domain == nullptr || !credentials.domain->authorizer) return {};
    return credentials.domain->authorizer->default_name;
}

std::expected<std::optional<AskedAuthorizer>, Refusal> asked_in(const Credentials& credentials,
                                                                const Sources& sources) {
    auto named = sources.find(authorizer_name_parameter);
    const std::string_view own = default_of_domain(credentials);
    if (!named) {
        if (own.empty()) return std::nullopt;
        return AskedAuthorizer{std::string(own),
                               fmt::format("the default of domain configuration '{}'",
                                           credentials.domain->name.view())};
    }
    if (!own.empty() && named->value != own && !credentials.domain->authorizer->may_be_overridden) {
        return std::unexpected(choice_refusal(
            "CUSTOM_AUTHORIZER_PARAMETER_INVALID",
            fmt::format("the client names another authorizer than '{}' in {}, and domain "
                        "configuration '{}' does not let it: leave {} out, or update "
                        "allowAuthorizerOverride to true",
                        own, named->where, credentials.domain->name.view(),
                        authorizer_name_parameter),
            std::string(own)));
    }
    return AskedAuthorizer{std::move(named->value),
                           fmt::format("{} in {}", authorizer_name_parameter, named->where)};
}

std::expected<AuthorizerChoice, Refusal> find_entry(const Credentials& credentials,
                                                    const registry::AuthorizerDirectory& directory,
                                                    std::optional<AskedAuthorizer> asked) {
    AuthorizerChoice choice;
    if (asked) {
        choice.entry = directory.find(credentials.tenant, asked->name);
        choice.found_by = std::move(asked->found_by);
        if (choice.entry == nullptr) {
            return std::unexpected(choice_refusal(
                "CUSTOM_AUTHORIZER_NOT_FOUND",
                directory.explain_missing(credentials.tenant, asked->name), asked->name));
        }
    } else {
        choice.entry = directory.default_of(credentials.tenant);
        choice.found_by = "the account's default authorizer";
        if (choice.entry == nullptr) {
            return std::unexpected(choice_refusal(
                "CUSTOM_AUTHORIZER_NOT_FOUND",
                fmt::format("the client named no authorizer and the account has no default: add "
                            "'?{}=NAME' to the user name, or set a default authorizer",
                            authorizer_name_parameter)));
        }
    }
    return choice;
}

}  // namespace

std::expected<std::optional<AskedAuthorizer>, Refusal> asked_authorizer(
    const Credentials& credentials, SecondQuestionMark second) {
    return asked_in(credentials, Sources(credentials, second));
}

std::optional<std::string> named_authorizer(const Credentials& credentials,
                                            SecondQuestionMark second) {
    auto found = Sources(credentials, second).find(authorizer_name_parameter);
    return found ? std::optional(std::move(found->value)) : std::nullopt;
}

bool brings_credentials(const Credentials& credentials,
                        const registry::AuthorizerDirectory& directory) {
    if (credentials.mqtt && (credentials.mqtt->user_name || credentials.mqtt->password))
        return true;
    if (!credentials.http) return false;
    const std::string_view of_domain = default_of_domain(credentials);
    const auto* default_one = of_domain.empty() ? directory.default_of(credentials.tenant)
                                                : directory.find(credentials.tenant, of_domain);
    const std::string_view token_key =
        default_one == nullptr ? std::string_view() : default_one->authorizer.token_key_name;
    const auto is_for_authorizer = [&](std::string_view name) {
        return has_prefix_ignoring_case(name, authorizer_parameters_prefix) ||
               (!token_key.empty() && signature::equal_ignoring_case(name, token_key));
    };
    const auto& headers = credentials.http->headers.fields();
    if (std::ranges::any_of(headers, [&](const auto& field) {
            return is_for_authorizer(field.first) ||
                   signature::equal_ignoring_case(field.first, "Authorization");
        })) {
        return true;
    }
    return std::ranges::any_of(parse_query(credentials.http->query), [&](const Parameter& one) {
        return is_for_authorizer(one.name) ||
               has_prefix_ignoring_case(one.name, signed_query_prefix);
    });
}

std::expected<AuthorizerChoice, Refusal> choose_authorizer(
    const Credentials& credentials, const registry::AuthorizerDirectory& directory,
    SecondQuestionMark second) {
    const Sources sources(credentials, second);
    auto asked = asked_in(credentials, sources);
    if (!asked) return std::unexpected(std::move(asked.error()));
    auto choice = find_entry(credentials, directory, std::move(*asked));
    if (!choice) return choice;
    const registry::Authorizer& authorizer = choice->entry->authorizer;
    if (authorizer.status != registry::AuthorizerStatus::Active) {
        return std::unexpected(choice_refusal(
            "CUSTOM_AUTHORIZER_NOT_FOUND",
            fmt::format("authorizer '{}' (chosen by {}) is INACTIVE: update it to ACTIVE",
                        authorizer.name.view(), choice->found_by),
            authorizer.name.value()));
    }
    choice->notes = sources.notes();
    for (const std::string_view parameter :
         {std::string_view(authorizer.token_key_name), signature_parameter}) {
        if (parameter.empty() || !sources.is_ambiguous(parameter)) continue;
        return std::unexpected(
            choice_refusal("CUSTOM_AUTHORIZER_PARAMETER_INVALID",
                           fmt::format("'{}' is given more than once, and differently", parameter),
                           authorizer.name.value()));
    }
    if (!authorizer.token_key_name.empty()) {
        if (auto token = sources.find(authorizer.token_key_name)) {
            choice->token.token = std::move(token->value);
        }
    }
    if (choice->token.token && character_count(*choice->token.token) > token_characters_max) {
        return std::unexpected(
            choice_refusal("CUSTOM_AUTHORIZER_PARAMETER_INVALID",
                           fmt::format("the token '{}' has over {} characters",
                                       authorizer.token_key_name, token_characters_max),
                           authorizer.name.value()));
    }
    if (auto signature = sources.find(signature_parameter)) {
        choice->signature = std::move(signature->value);
    }
    return choice;
}

std::expected<std::string, Refusal> check_token(AuthorizerChoice& choice) {
    const registry::Authorizer& authorizer = choice.entry->authorizer;
    const std::string name = authorizer.name.value();
    if (authorizer.signing_disabled) return "signing is disabled for this authorizer";
    if (!choice.token.token) {
        return std::unexpected(choice_refusal(
            "CUSTOM_AUTHORIZER_PARAMETER_INVALID",
            fmt::format("authorizer '{}' wants a signed token: send it as '{}' beside the "
                        "authorizer's name",
                        name, authorizer.token_key_name),
            name));
    }
    if (choice.signature.empty()) {
        return std::unexpected(choice_refusal(
            "CUSTOM_AUTHORIZER_PARAMETER_INVALID",
            fmt::format("authorizer '{}' wants the token's signature: send it base64 and "
                        "URL-encoded as '{}'",
                        name, signature_parameter),
            name));
    }
    if (!choice.entry->verifier) {
        return std::unexpected(
            choice_refusal("CUSTOM_AUTHORIZER_PARAMETER_INVALID",
                           fmt::format("authorizer '{}' has no signing key", name), name));
    }
    const signature::TokenVerdict verdict =
        choice.entry->verifier->verify(*choice.token.token, choice.signature);
    if (!verdict.verified()) {
        return std::unexpected(
            choice_refusal("CUSTOM_AUTHORIZER_PARAMETER_INVALID",
                           fmt::format("authorizer '{}': {}", name, verdict.explanation), name));
    }
    choice.token.signature_verified = true;
    return fmt::format("the token's signature was verified by key '{}'", verdict.key_name);
}

}  // namespace gatehouse::authentication
