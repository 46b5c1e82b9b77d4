// Which custom authorizer decides about a client, and what it is given as token. Pure.
//
// Order (AWS IoT Core Developer Guide, "Custom authentication"): the name the client asks for —
// header, then query, then MQTT user name — else the default of the domain configuration, else the
// account's, else none. Whether a name is ignored that a domain configuration does not let override
// its default is not documented: here it is refused, so that nobody is judged by another authorizer
// than asked for.
#pragma once

#include <expected>
#include <string>

#include "authentication/authenticator.h"
#include "authentication/authorizer_event.h"
#include "authentication/credentials.h"
#include "authentication/user_name.h"
#include "registry/authorizer_directory.h"

namespace gatehouse::authentication {

struct AuthorizerChoice {
    const registry::AuthorizerDirectory::Entry* entry = nullptr;  // the directory's
    std::string found_by;   // "x-amz-customauthorizer-name in the user name", "account default"
    TokenFacts token;       // the signature is not checked yet
    std::string signature;  // empty: none was sent
    std::vector<std::string> notes;
};

// A refusal when the named authorizer does not exist, is INACTIVE, or none applies.
std::expected<AuthorizerChoice, Refusal> choose_authorizer(
    const Credentials& credentials, const registry::AuthorizerDirectory& directory,
    SecondQuestionMark second);

// Which authorizer is asked, before it is looked up.
struct AskedAuthorizer {
    std::string name;
    std::string found_by;  // "x-amz-customauthorizer-name in the user name"
};
// By the client's own words and its domain configuration. None: the account's default. A refusal
// where the client names another one than its domain configuration has and lets be overridden.
std::expected<std::optional<AskedAuthorizer>, Refusal> asked_authorizer(
    const Credentials& credentials, SecondQuestionMark second);

// The name that the client asks for, wherever it stands; empty: it names none.
std::optional<std::string> named_authorizer(const Credentials& credentials,
                                            SecondQuestionMark second);

// Whether the client brought anything that says who it is: a user name or a password; in HTTP an
// Authorization header, a parameter for an authorizer, the default authorizer's token, or a signed
// URL. Other parts of the query, such as the qos of a publication, say nothing of it.
bool brings_credentials(const Credentials& credentials,
                        const registry::AuthorizerDirectory& directory);

// Verifies the token's signature where the authorizer wants it. Sets token.signature_verified.
// The string says what was checked, for the trace.
std::expected<std::string, Refusal> check_token(AuthorizerChoice& choice);

}  // namespace gatehouse::authentication
