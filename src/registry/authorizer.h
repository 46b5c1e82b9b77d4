// A custom authorizer: which function decides about devices, and how tokens for it are signed.
// Source: AWS IoT API Reference, CreateAuthorizer, UpdateAuthorizer, AuthorizerDescription.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/choice.h"
#include "base/clock.h"
#include "base/named.h"
#include "base/tenant.h"
#include "registry/texts.h"

namespace gatehouse::registry {

using AuthorizerName = Named<std::string, struct AuthorizerNameTag>;
using FunctionArn = Named<std::string, struct FunctionArnTag>;

enum class AuthorizerStatus : std::uint8_t { Active, Inactive };
// What decides. All but functions are declared in the server's settings and have no record.
enum class AuthorizerKind : std::uint8_t { Function, Http, Jwt };

struct Authorizer {
    Tenant tenant;
    AuthorizerName name;  // [\w=,@-]{1,128}
    // Of another kind than Function, an ARN of our own that says which (declared_arn()).
    FunctionArn function_arn;
    std::string token_key_name;       // [a-zA-Z0-9_-]{1,128}; empty: none
    Texts token_signing_public_keys;  // PEM by name
    AuthorizerStatus status = AuthorizerStatus::Active;
    bool signing_disabled = false;  // for the authorizer's whole life
    bool enable_caching_for_http = false;
    Texts tags;
    WallTime created{};
    WallTime modified{};
    AuthorizerKind kind = AuthorizerKind::Function;

    // arn:aws:iot:REGION:ACCOUNT:authorizer/NAME
    std::string arn() const;
    bool operator==(const Authorizer&) const = default;
};

// What CreateAuthorizer is given.
struct NewAuthorizer {
    AuthorizerName name;
    FunctionArn function_arn;
    std::optional<std::string> token_key_name;
    Texts token_signing_public_keys;
    std::optional<AuthorizerStatus> status;
    bool signing_disabled = false;
    bool enable_caching_for_http = false;
    Texts tags;
};

// What UpdateAuthorizer is given; absent members stay as they are. Keys replace all keys.
struct AuthorizerChange {
    std::optional<FunctionArn> function_arn;
    std::optional<std::string> token_key_name;
    std::optional<Texts> token_signing_public_keys;
    std::optional<AuthorizerStatus> status;
    std::optional<bool> enable_caching_for_http;
};

// What stands in place of a function's ARN: arn:aws:gatehouse:REGION:ACCOUNT:http-authorizer/NAME.
FunctionArn declared_arn(const Tenant& tenant, AuthorizerKind kind, const AuthorizerName& name);

}  // namespace gatehouse::registry

template <>
struct gatehouse::ChoiceNames<gatehouse::registry::AuthorizerKind> {
    static constexpr std::array<std::string_view, 3> names{"function", "http", "jwt"};
};
template <>
struct gatehouse::ChoiceNames<gatehouse::registry::AuthorizerStatus> {
    static constexpr std::array<std::string_view, 2> names{"ACTIVE", "INACTIVE"};
};
