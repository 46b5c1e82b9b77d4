// The file that declares authorizers of other kinds than functions: docs/reference/
// http-authorizer.md and jwt-authorizer.md.
//
//   { "authorizers": [ { "name": "web", "kind": "http", "url": "https://auth.example/mqtt" } ] }
//
// Pure: what the file names is not read here.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "authentication/token_authorizer.h"
#include "base/result.h"
#include "net/http.h"
#include "net/http_url.h"
#include "registry/authorizer.h"

namespace gatehouse::authentication {

inline constexpr std::size_t declared_authorizers_max = 100;
inline constexpr std::size_t declarations_bytes_max = 1024 * 1024;

// A service elsewhere.
struct DeclaredEndpoint {
    net::HttpUrl url;
    bool allows_plain_http = false;  // to other machines
    std::filesystem::path ca_file;   // empty: whom the system trusts
    net::HttpHeaders headers;        // secrets
};

struct DeclaredTokens {
    signature::WebTokenRules rules;
    std::string principal_claim = "sub";
    TokenPlace place = TokenPlace::Password;
    std::filesystem::path keys_file;
    std::optional<DeclaredEndpoint> keys_at;  // instead of the file
    std::chrono::seconds refresh_after = TokenKeys::Settings().refresh_after;
    std::vector<std::string> policy_documents;
};

struct AuthorizerDeclaration {
    registry::AuthorizerKind kind = registry::AuthorizerKind::Http;
    registry::AuthorizerName name;
    std::string token_key_name;
    registry::Texts token_signing_public_keys;
    registry::AuthorizerStatus status = registry::AuthorizerStatus::Active;
    bool enable_caching_for_http = false;
    std::variant<DeclaredEndpoint, DeclaredTokens> what;
};

// InvalidInput, naming the authorizer and the member. Paths in it are relative to `folder`.
Result<std::vector<AuthorizerDeclaration>> parse_declarations(std::string_view text,
                                                              const std::filesystem::path& folder);

}  // namespace gatehouse::authentication
