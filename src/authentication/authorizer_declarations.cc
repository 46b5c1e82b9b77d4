#include "authentication/authorizer_declarations.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <set>

#include "base/json.h"
#include "base/suggestion.h"
#include "signature/unique_members.h"

namespace gatehouse::authentication {
namespace {

constexpr std::size_t headers_max = 20;
constexpr std::size_t header_bytes_max = 8192;
constexpr std::size_t names_max = 20;  // of issuers, audiences, documents
constexpr std::int64_t leeway_seconds_max = 600;
constexpr std::int64_t refresh_seconds_min = 60;
constexpr std::int64_t refresh_seconds_max = 86'400;

using Names = std::initializer_list<std::string_view>;
constexpr Names common_members{"name", "kind", "status", "tokenKeyName"};
constexpr Names endpoint_members{"url", "caFile", "headers", "allowPlainHttp"};
constexpr Names http_members{"tokenSigningPublicKeys", "enableCachingForHttp"};
constexpr Names jwt_members{"algorithms",     "issuer",         "audience",    "leewaySeconds",
                            "requireExpiry",  "principalClaim", "tokenFrom",   "keysFile",
                            "jwksUrl",        "jwksCaFile",     "jwksHeaders", "allowPlainHttp",
                            "refreshSeconds", "policyDocuments"};

// Reads the members of one object; the first that is wrong is the error.
class Reader {
public:
    explicit Reader(const json::object& object) : object_(object) {}

    void refuse(std::string_view member, std::string_view why) {
        if (!error_) {
            error_ = {ErrorKind::InvalidInput, fmt::format("'{}' {}", member, why), {}};
        }
    }
    const std::optional<Error>& error() const { return error_; }

    void allow(std::initializer_list<Names> groups) {
        std::vector<std::string_view> known;
        for (const Names& names : groups) known.insert(known.end(), names.begin(), names.end());
        for (const auto& member : object_) {
            const std::string_view name(member.key().data(), member.key().size());
            if (std::ranges::find(known, name) != known.end()) continue;
            const auto meant = nearest_name(name, known);
            refuse(name, meant ? fmt::format("is not known; did you mean '{}'?", *meant)
                               : "is not known here");
        }
    }
    const json::value* find(std::string_view name) const {
        return object_.if_contains({name.data(), name.size()});
    }
    std::string text(std::string_view name, std::string otherwise = {}) {
        const json::value* const value = find(name);
        if (value == nullptr) return otherwise;
        if (value->is_string() && !value->as_string().empty()) {
            return std::string(value->as_string());
        }
        refuse(name, "has to be a text");
        return otherwise;
    }
    std::string wanted_text(std::string_view name) {
        if (find(name) == nullptr) refuse(name, "is missing");
        return text(name);
    }
    bool truth(std::string_view name, bool otherwise) {
        const json::value* const value = find(name);
        if (value == nullptr) return otherwise;
        if (value->is_bool()) return value->as_bool();
        refuse(name, "has to be true or false");
        return otherwise;
    }
    std::chrono::seconds seconds(std::string_view name, std::int64_t min, std::int64_t max,
                                 std::chrono::seconds otherwise) {
        const json::value* const value = find(name);
        if (value == nullptr) return otherwise;
        if (value->is_int64() && value->as_int64() >= min && value->as_int64() <= max) {
            return std::chrono::seconds(value->as_int64());
        }
        refuse(name, fmt::format("has to be a whole number from {} to {}", min, max));
        return otherwise;
    }
    // One text, or a list of them.
    std::vector<std::string> texts(std::string_view name) {
        const json::value* const value = find(name);
        if (value == nullptr) return {};
        json::array list;
        if (value->is_array()) list = value->as_array();
        if (value->is_string()) list.push_back(*value);
        std::vector<std::string> texts;
        for (const json::value& one : list) {
            if (one.is_string() && !one.as_string().empty()) texts.emplace_back(one.as_string());
        }
        if (texts.empty() || texts.size() != list.size() || texts.size() > names_max) {
            refuse(name, fmt::format("has to be a text or a list of 1 to {} texts", names_max));
        }
        return texts;
    }
    // Texts by name.
    registry::Texts named_texts(std::string_view name) {
        registry::Texts texts;
        const json::value* const value = find(name);
        if (value == nullptr) return texts;
        const bool are_texts =
            value->is_object() && std::ranges::all_of(value->as_object(), [](const auto& member) {
                return member.value().is_string();
            });
        if (!are_texts) {
            refuse(name, "has to be an object of texts");
            return texts;
        }
        for (const auto& member : value->as_object()) {
            texts.emplace(member.key(), member.value().as_string());
        }
        return texts;
    }

private:
    const json::object& object_;
    std::optional<Error> error_;
};

bool is_header_name(std::string_view name) {
    constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    return !name.empty() && name.size() <= 64 && std::ranges::all_of(name, [&](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               marks.contains(c);
    });
}

// What makes up the request itself is not for a file to say.
bool is_of_the_request(std::string_view name) {
    static constexpr std::array<std::string_view, 10> own{
        "host",   "content-length", "transfer-encoding", "connection", "content-type",
        "accept", "expect",         "upgrade",           "te",         "trailer"};
    std::string lower(name);
    std::ranges::transform(lower, lower.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
    return std::ranges::find(own, std::string_view(lower)) != own.end();
}

net::HttpHeaders headers_of(Reader& reader, std::string_view member) {
    net::HttpHeaders headers;
    const registry::Texts texts = reader.named_texts(member);
    if (texts.size() > headers_max) {
        reader.refuse(member, fmt::format("has over {} headers", headers_max));
    }
    for (const auto& [name, value] : texts) {
        const bool is_plain = std::ranges::all_of(
            value, [](char c) { return c == '\t' || (c >= ' ' && c != '\x7F'); });
        if (!is_header_name(name) || is_of_the_request(name) || !is_plain ||
            value.size() > header_bytes_max) {
            reader.refuse(member, "holds a header that cannot be sent");
        }
        headers.add(name, value);
    }
    return headers;
}

struct EndpointMembers {
    std::string_view url;
    std::string_view ca_file;
    std::string_view headers;
};

DeclaredEndpoint endpoint_of(Reader& reader, const EndpointMembers& members,
                             const std::filesystem::path& folder) {
    DeclaredEndpoint endpoint;
    const std::string text = reader.wanted_text(members.url);
    endpoint.allows_plain_http = reader.truth("allowPlainHttp", false);
    if (const std::string file = reader.text(members.ca_file); !file.empty()) {
        endpoint.ca_file = folder / file;
    }
    endpoint.headers = headers_of(reader, members.headers);
    if (text.empty()) return endpoint;
    auto url = net::HttpUrl::parse(text);
    if (!url) {
        reader.refuse(members.url, "cannot be used: " + url.error().message);
        return endpoint;
    }
    endpoint.url = std::move(*url);
    if (!endpoint.url.is_https && !endpoint.allows_plain_http && !endpoint.url.is_loopback()) {
        reader.refuse(members.url,
                      "leads to another machine over http, where everybody on the way reads "
                      "passwords and may change answers; use https, or set allowPlainHttp");
    }
    if (!endpoint.url.is_https && !endpoint.ca_file.empty()) {
        reader.refuse(members.ca_file, "has no effect without https");
    }
    return endpoint;
}

std::vector<signature::TokenAlgorithm> algorithms_of(Reader& reader) {
    std::vector<signature::TokenAlgorithm> algorithms;
    const auto names = reader.texts("algorithms");
    if (names.empty()) {
        reader.refuse("algorithms",
                      fmt::format("has to name some of {}",
                                  fmt::join(all_choices<signature::TokenAlgorithm>(), ", ")));
    }
    for (const std::string& name : names) {
        if (const auto known = parse_choice<signature::TokenAlgorithm>(name)) {
            algorithms.push_back(*known);
        } else {
            reader.refuse("algorithms",
                          fmt::format("holds one that is not known; there are {}",
                                      fmt::join(all_choices<signature::TokenAlgorithm>(), ", ")));
        }
    }
    return algorithms;
}

std::vector<std::string> documents_of(Reader& reader) {
    std::vector<std::string> documents;
    const json::value* const value = reader.find("policyDocuments");
    if (value == nullptr || !value->is_array() || value->as_array().empty() ||
        value->as_array().size() > names_max) {
        reader.refuse("policyDocuments",
                      fmt::format("has to be a list of 1 to {} policies", names_max));
        return documents;
    }
    for (const json::value& one : value->as_array()) {
        if (!one.is_object()) reader.refuse("policyDocuments", "holds one that is no object");
        documents.push_back(to_text(one));
    }
    if (const auto made = TokenPolicies::make(documents); !made) {
        reader.refuse("policyDocuments", "cannot be used: " + made.error().describe());
    }
    return documents;
}

DeclaredTokens tokens_of(Reader& reader, const std::filesystem::path& folder) {
    DeclaredTokens tokens{
        .rules = {.algorithms = algorithms_of(reader),
                  .issuers = reader.texts("issuer"),
                  .audiences = reader.texts("audience"),
                  .leeway = reader.seconds("leewaySeconds", 0, leeway_seconds_max,
                                           signature::WebTokenRules().leeway),
                  .wants_expiry = reader.truth("requireExpiry", true)},
        .principal_claim = reader.text("principalClaim", "sub"),
        .refresh_after = reader.seconds("refreshSeconds", refresh_seconds_min, refresh_seconds_max,
                                        TokenKeys::Settings().refresh_after),
        .policy_documents = documents_of(reader)};
    const std::string place = reader.text("tokenFrom", "password");
    if (place == "userName") {
        tokens.place = TokenPlace::UserName;
    } else if (place != "password") {
        reader.refuse("tokenFrom", "has to be password or userName");
    }
    if (reader.find("tokenFrom") != nullptr && reader.find("tokenKeyName") != nullptr) {
        reader.refuse("tokenFrom", "has no effect beside tokenKeyName");
    }
    const bool is_at_url = reader.find("jwksUrl") != nullptr;
    if (is_at_url == (reader.find("keysFile") != nullptr)) {
        reader.refuse("keysFile", "or 'jwksUrl' says where the keys are; give one of them");
    }
    if (is_at_url) {
        tokens.keys_at = endpoint_of(reader, {"jwksUrl", "jwksCaFile", "jwksHeaders"}, folder);
    } else {
        tokens.keys_file = folder / reader.text("keysFile");
    }
    return tokens;
}

Result<AuthorizerDeclaration> declaration_of(const json::object& object,
                                             const std::filesystem::path& folder) {
    Reader reader(object);
    AuthorizerDeclaration made{
        .name = registry::AuthorizerName(reader.wanted_text("name")),
        .token_key_name = reader.text("tokenKeyName"),
        .token_signing_public_keys = reader.named_texts("tokenSigningPublicKeys"),
        .enable_caching_for_http = reader.truth("enableCachingForHttp", false)};
    const auto status = parse_choice<registry::AuthorizerStatus>(reader.text("status", "ACTIVE"));
    if (!status) reader.refuse("status", "has to be ACTIVE or INACTIVE");
    made.status = status.value_or(registry::AuthorizerStatus::Inactive);
    const auto kind = parse_choice<registry::AuthorizerKind>(reader.wanted_text("kind"));
    if (kind == registry::AuthorizerKind::Http) {
        reader.allow({common_members, endpoint_members, http_members});
        made.what = endpoint_of(reader, {"url", "caFile", "headers"}, folder);
    } else if (kind == registry::AuthorizerKind::Jwt) {
        reader.allow({common_members, jwt_members});
        made.what = tokens_of(reader, folder);
    } else {
        reader.refuse("kind",
                      "has to be http or jwt; authorizers with a function are made by "
                      "CreateAuthorizer");
    }
    made.kind = kind.value_or(registry::AuthorizerKind::Http);
    if (reader.error()) return fail(*reader.error());
    return made;
}

}  // namespace

Result<std::vector<AuthorizerDeclaration>> parse_declarations(std::string_view text,
                                                              const std::filesystem::path& folder) {
    const auto value = parse_json(text, "the file");
    if (!value) return fail(value.error());
    if (!signature::has_unique_members(text)) {
        return fail(ErrorKind::InvalidInput, "a member is named twice in one object");
    }
    const json::value* const list =
        value->is_object() ? value->as_object().if_contains("authorizers") : nullptr;
    if (list == nullptr || !list->is_array() || value->as_object().size() != 1) {
        return fail(ErrorKind::InvalidInput,
                    "the file has to be an object with the one member 'authorizers', a list");
    }
    if (list->as_array().size() > declared_authorizers_max) {
        return fail(ErrorKind::InvalidInput,
                    fmt::format("there are over {} authorizers", declared_authorizers_max));
    }
    std::vector<AuthorizerDeclaration> declarations;
    std::set<std::string> names;
    for (const json::value& one : list->as_array()) {
        const std::string which = fmt::format("authorizer {}", declarations.size() + 1);
        if (!one.is_object()) return fail(ErrorKind::InvalidInput, which + " is no object");
        auto made = declaration_of(one.as_object(), folder);
        if (!made) {
            return fail(ErrorKind::InvalidInput,
                        fmt::format("{}: {}", which, made.error().message));
        }
        if (!names.insert(made->name.value()).second) {
            return fail(ErrorKind::InvalidInput, which + ": its name is another one's, too");
        }
        declarations.push_back(std::move(*made));
    }
    std::ranges::sort(declarations, {}, [](const auto& one) { return one.name.value(); });
    return declarations;
}

}  // namespace gatehouse::authentication
