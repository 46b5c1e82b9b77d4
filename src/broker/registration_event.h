// The event of a device certificate that was registered just in time, for who is to activate it: a
// message on `$aws/events/certificates/registered/CA_CERTIFICATE_ID`. Where nobody listens nothing
// is made.
//
// Source: AWS IoT Developer Guide, "Just-in-time registration".
//
// Threads: the shard's loop.
#pragma once

#include <string_view>

#include "base/clock.h"
#include "base/tenant.h"
#include "broker/shard.h"

namespace gatehouse::broker {

// The views are read during the call only.
struct RegistrationFacts {
    Tenant tenant;
    std::string_view certificate_id;
    std::string_view ca_certificate_id;
    WallTime registered{};
};

// That the certificate is PENDING_ACTIVATION.
void publish_registration(Shard& shard, const RegistrationFacts& facts, WallTime now);

}  // namespace gatehouse::broker
