#include "authentication/declared_answerers.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/durable_file.h"
#include "registry/authorizer_rules.h"

namespace gatehouse::authentication {
namespace {

constexpr std::size_t keys_file_bytes_max = 1024 * 1024;

registry::Authorizer authorizer_of(const AuthorizerDeclaration& declaration, const Tenant& tenant) {
    return {.tenant = tenant,
            .name = declaration.name,
            .function_arn = registry::declared_arn(tenant, declaration.kind, declaration.name),
            .token_key_name = declaration.token_key_name,
            .token_signing_public_keys = declaration.token_signing_public_keys,
            .status = declaration.status,
            .signing_disabled = declaration.token_signing_public_keys.empty(),
            .enable_caching_for_http = declaration.enable_caching_for_http,
            .kind = declaration.kind};
}

Result<TokenKeySet> read_keys(const std::filesystem::path& file) {
    const auto wrong = [&](const Error& error) {
        return fail(error.kind, fmt::format("{}: {}", file.string(), error.message));
    };
    auto text = read_file(file, keys_file_bytes_max);
    if (!text) return fail(std::move(text.error()));
    auto keys = signature::JsonWebKeys::parse(*text, signature::KeyOrigin::OwnFile);
    if (!keys) return wrong(keys.error());
    const bool holds_secret = std::ranges::any_of(keys->all(), [](const auto& key) {
        return key.type() == signature::JsonWebKey::Type::Secret;
    });
    if (holds_secret) {
        const auto is_private =
            read_private_file(file, Readers::OwnerAndGroup, keys_file_bytes_max);
        if (!is_private) return fail(is_private.error());
    }
    return std::make_shared<const signature::JsonWebKeys>(std::move(*keys));
}

// PEM. Empty: whom the system trusts.
Result<std::string> authorities_of(const DeclaredEndpoint& declared) {
    return declared.ca_file.empty() ? Result<std::string>() : read_file(declared.ca_file);
}

template <class Map>
typename Map::mapped_type found_in(const Map& map, std::string_view name) {
    const auto found = map.find(name);
    return found == map.end() ? typename Map::mapped_type() : found->second;
}

}  // namespace

Result<std::shared_ptr<const DeclaredAnswerers>> DeclaredAnswerers::read(
    const std::filesystem::path& file, const Tenant& tenant, const Parts& parts) {
    const auto wrong = [&](const Error& error) {
        return fail(error.kind, fmt::format("{}: {}", file.string(), error.describe()));
    };
    auto text = read_private_file(file, Readers::OwnerAndGroup, declarations_bytes_max);
    if (!text) return fail(std::move(text.error()));
    const auto declarations = parse_declarations(*text, file.parent_path());
    if (!declarations) return wrong(declarations.error());
    auto answerers = std::make_shared<DeclaredAnswerers>();
    auto described = std::make_shared<registry::DeclaredAuthorizers>();
    described->origin = fmt::format("authorizers-file ({})", file.string());
    for (const AuthorizerDeclaration& declaration : *declarations) {
        const auto wrong_one = [&](ErrorKind kind, std::string_view why) {
            return wrong(
                {kind, fmt::format("authorizer '{}': {}", declaration.name.view(), why), {}});
        };
        registry::Authorizer authorizer = authorizer_of(declaration, tenant);
        if (const auto checked = registry::check_declared(authorizer); !checked) {
            return wrong_one(ErrorKind::InvalidInput, checked.error().message);
        }
        if (auto added = answerers->add(declaration, parts); !added) {
            return wrong_one(added.error().kind, added.error().describe());
        }
        described->authorizers.push_back(std::move(authorizer));
    }
    answerers->described_ = std::move(described);
    return answerers;
}

Result<void> DeclaredAnswerers::add(const AuthorizerDeclaration& declaration, const Parts& parts) {
    const std::string& name = declaration.name.value();
    if (const auto* endpoint = std::get_if<DeclaredEndpoint>(&declaration.what)) {
        return add_http(name, *endpoint, parts);
    }
    return add_tokens(name, std::get<DeclaredTokens>(declaration.what),
                      !declaration.token_key_name.empty(), parts);
}

Result<void> DeclaredAnswerers::add_http(const std::string& name, const DeclaredEndpoint& declared,
                                         const Parts& parts) {
    auto endpoint = make_endpoint(name, declared, parts);
    if (!endpoint) return fail(std::move(endpoint.error()));
    http_.emplace(name, std::make_shared<HttpAuthorizer>(std::move(*endpoint)));
    return {};
}

Result<void> DeclaredAnswerers::add_tokens(const std::string& name, const DeclaredTokens& declared,
                                           bool has_token_key, const Parts& parts) {
    auto policies = TokenPolicies::make(declared.policy_documents);
    if (!policies) return fail(std::move(policies.error()));
    std::unique_ptr<TokenKeys> keys;
    if (declared.keys_at) {
        auto endpoint = make_endpoint(name, *declared.keys_at, parts);
        if (!endpoint) return fail(std::move(endpoint.error()));
        auto authorities = authorities_of(*declared.keys_at);
        if (!authorities) return fail(std::move(authorities.error()));
        auto fetched = keys_from({.authorizer = name,
                                  .url = declared.keys_at->url,
                                  .allows_plain_http = declared.keys_at->allows_plain_http,
                                  .authorities = std::move(*authorities)},
                                 parts.before);
        keys = std::make_unique<TokenKeys>(
            parts.home, std::move(*endpoint),
            TokenKeys::Settings{.refresh_after = declared.refresh_after}, std::move(fetched));
    } else {
        auto fixed = read_keys(declared.keys_file);
        if (!fixed) return fail(std::move(fixed.error()));
        keys = std::make_unique<TokenKeys>(parts.home, std::move(*fixed));
    }
    tokens_.emplace(name, std::make_shared<TokenAuthorizer>(
                              TokenAuthorizerSettings{.rules = declared.rules,
                                                      .principal_claim = declared.principal_claim,
                                                      .place = declared.place,
                                                      .has_token_key = has_token_key,
                                                      .policies = std::move(*policies)},
                              std::move(keys), parts.clock));
    return {};
}

Result<std::shared_ptr<net::HttpEndpoint>> DeclaredAnswerers::make_endpoint(
    const std::string& name, const DeclaredEndpoint& declared, const Parts& parts) {
    net::HttpEndpointSettings settings{.url = declared.url, .headers = declared.headers};
    if (!settings.headers.find("User-Agent")) settings.headers.add("User-Agent", "gatehouse");
    if (declared.allows_plain_http) settings.plain_http = net::PlainHttp::Anywhere;
    if (declared.url.is_https) {
        Result<std::shared_ptr<const net::TlsTrust>> trust = nullptr;
        if (declared.ca_file.empty()) {
            trust = net::TlsTrust::of_system();
        } else {
            auto pem = authorities_of(declared);
            if (!pem) return fail(std::move(pem.error()));
            trust = net::TlsTrust::of(*pem);
        }
        if (!trust) {
            return fail(trust.error().kind,
                        fmt::format("{}: {}", declared.ca_file.string(), trust.error().message));
        }
        settings.trust = std::move(*trust);
    }
    for (const auto& [header, value] : declared.headers.fields()) {
        secrets_[name].push_back(value);
        // "Bearer TOKEN": an answer may repeat the token alone.
        if (const auto blank = value.find(' '); blank != value.npos) {
            secrets_[name].push_back(value.substr(blank + 1));
        }
    }
    endpoints_.push_back(
        std::make_shared<net::HttpEndpoint>(parts.home, parts.lookups, std::move(settings)));
    return endpoints_.back();
}

std::shared_ptr<FetchedKeys> DeclaredAnswerers::keys_from(KeysPlace place,
                                                          const DeclaredAnswerers* before) {
    std::shared_ptr<FetchedKeys> keys;
    if (before != nullptr) {
        for (const auto& [known, fetched] : before->fetched_) {
            if (known == place) keys = fetched;
        }
    }
    if (!keys) keys = std::make_shared<FetchedKeys>();
    fetched_.emplace_back(std::move(place), keys);
    return keys;
}

std::shared_ptr<HttpAuthorizer> DeclaredAnswerers::http(std::string_view name) const {
    return found_in(http_, name);
}

std::shared_ptr<TokenAuthorizer> DeclaredAnswerers::tokens(std::string_view name) const {
    return found_in(tokens_, name);
}

std::vector<std::string> DeclaredAnswerers::secrets(std::string_view name) const {
    return found_in(secrets_, name);
}

void DeclaredAnswerers::close() const {
    for (const auto& endpoint : endpoints_) endpoint->close();
}

}  // namespace gatehouse::authentication
