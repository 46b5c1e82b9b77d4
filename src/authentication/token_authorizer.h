// The authorizer that needs no code and no file of users: the client brings a JSON Web Token, whose
// signature, issuer, audience and times are held to rules, and whose claims fill in policies. The
// connection ends when its token expires.
//
// Threads: one loop.
#pragma once

#include <memory>
#include <string>

#include "async/task.h"
#include "authentication/authorizer_answer.h"
#include "authentication/authorizer_event.h"
#include "authentication/credentials.h"
#include "authentication/token_keys.h"
#include "authentication/token_policies.h"
#include "base/clock.h"
#include "base/deadline.h"
#include "signature/web_token.h"

namespace gatehouse::authentication {

// Where the token stands, unless the authorizer has a token key.
enum class TokenPlace : std::uint8_t {
    Password,  // in HTTP: Authorization: Bearer
    UserName,  // before '?'
};

struct TokenAuthorizerSettings {
    signature::WebTokenRules rules;
    std::string principal_claim = "sub";
    TokenPlace place = TokenPlace::Password;
    bool has_token_key = false;
    TokenPolicies policies;
};

class TokenAuthorizer : Pinned {
public:
    // The clock must outlive it.
    TokenAuthorizer(TokenAuthorizerSettings settings, std::unique_ptr<TokenKeys> keys,
                    const Clock& clock)
        : settings_(std::move(settings)), keys_(std::move(keys)), clock_(clock) {}

    // A yes, or `refused` with the problem for the log. Unavailable: there are no keys now.
    async::Task<Result<AuthorizerAnswer>> ask(const Credentials& credentials,
                                              const TokenFacts& token, Deadline deadline);

    // What it would judge. Empty: the client brought none.
    std::string token_of(const Credentials& credentials, const TokenFacts& token) const;

private:
    Result<Granted> grant(const signature::WebTokenClaims& claims, WallTime now) const;

    const TokenAuthorizerSettings settings_;
    const std::unique_ptr<TokenKeys> keys_;
    const Clock& clock_;
};

}  // namespace gatehouse::authentication
