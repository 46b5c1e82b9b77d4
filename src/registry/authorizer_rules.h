// What makes an authorizer valid. Pure.
// Source: AWS IoT API Reference, CreateAuthorizer (patterns and lengths); AWS IoT Developer Guide,
// "Creating and managing custom authorizers" (signing keys: RSA of at least 2048 bits).
#pragma once

#include "registry/authorizer.h"
#include "registry/refusal.h"

namespace gatehouse::registry {

inline constexpr std::size_t authorizer_name_max = 128;
inline constexpr std::size_t token_key_name_max = 128;
inline constexpr std::size_t signing_key_name_max = 128;
inline constexpr std::size_t signing_key_pem_max = 5120;
// AWS names no number; this one keeps a record small and a verification bounded.
inline constexpr std::size_t signing_keys_max = 20;

Outcome<void> check_authorizer_name(const AuthorizerName& name);

// Every field, alone and together: InvalidRequest with the first that is wrong.
Outcome<void> check_authorizer(const Authorizer& authorizer);

// The same of one that has no function: all but function_arn.
Outcome<void> check_declared(const Authorizer& authorizer);

}  // namespace gatehouse::registry
