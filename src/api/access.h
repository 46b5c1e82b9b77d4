// Who is calling: the signature, and the tenant that follows from it.
#pragma once

#include <cstdint>
#include <expected>
#include <string>

#include "api/caller.h"
#include "api/wire/failure.h"
#include "base/clock.h"
#include "signature/verifier.h"

namespace gatehouse::api {

// Whether signatures are proved, or any will do (throw-away use on loopback; an access key id of
// 12 digits names the account).
enum class AuthMode : std::uint8_t { SigV4, Any };
// Whether regions are kept apart, or all mean the default tenant's.
enum class Tenancy : std::uint8_t { Single, Multi };

struct AccessSettings {
    AuthMode mode = AuthMode::SigV4;
    Tenancy tenancy = Tenancy::Single;
    Tenant default_tenant;
};

struct AccessRefusal {
    const wire::ErrorShape* shape;
    std::string message;
};

// Threads: any.
class Access {
public:
    // Both must outlive this.
    Access(AccessSettings settings, const signature::KeyLookup& keys, const Clock& clock);

    // Proves the claim (or not, by mode) and says who it is. Hashes the body: large ones on a
    // worker. `claim` is read_claim(request). With AuthMode::Any the account may be one that does
    // not exist yet.
    std::expected<Caller, AccessRefusal> admit(const signature::Claim& claim,
                                               const signature::RequestView& request) const;

private:
    std::expected<signature::AccessKey, AccessRefusal> prove(
        const signature::Claim& claim, const signature::RequestView& request) const;
    signature::AccessKey believe(const signature::Claim& claim) const;
    std::expected<Region, AccessRefusal> region_of(const signature::Claim& claim) const;

    const AccessSettings settings_;
    const signature::KeyLookup& keys_;
    const Clock& clock_;
};

}  // namespace gatehouse::api
