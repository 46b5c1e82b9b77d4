// Proving a signature.
//
// Threads: pure functions. Hashing takes about 1 ms a MiB of body: large bodies belong on a
// worker, not on a loop.
// Source: IAM User Guide, "Create a signed AWS API request"; AWS IoT developer guide, "Protocols".
#pragma once

#include <chrono>
#include <expected>

#include "base/clock.h"
#include "signature/claim.h"
#include "signature/key_lookup.h"

namespace gatehouse::signature {

struct VerifySettings {
    // How far the signer's clock may be from ours.
    std::chrono::seconds skew_max = std::chrono::minutes(5);
};

// Who signed, for what.
struct Verified {
    Credential credential;
    AccessKey key;
};

// Proves that `request` was signed as `claim` says with the secret of `key`, at an acceptable
// time, over the body that came with it. `claim` is read_claim(request).
//
// The service and region of the scope are the signer's choice: the caller decides whether it
// serves them.
std::expected<void, Refusal> verify(const Claim& claim, const RequestView& request,
                                    const AccessKey& key, WallTime now,
                                    const VerifySettings& settings = {});

// All of it: reads the claim, looks the key up, proves.
std::expected<Verified, Refusal> verify_request(const RequestView& request, const KeyLookup& keys,
                                                WallTime now, const VerifySettings& settings = {});

}  // namespace gatehouse::signature
