// AttachThingPrincipal: a certificate or identity to a thing.
// Source: AWS IoT API Reference, AttachThingPrincipal.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/attach_thing_principal.h"
#include "registry/things.h"

namespace gatehouse::api::iot {

struct AttachThingPrincipal {
    using Shape = AttachThingPrincipalShape;

    registry::Things& things;

    async::Task<wire::Outcome<AttachThingPrincipalResponse>> handle(
        const Caller& caller, AttachThingPrincipalRequest request) const;
};

}  // namespace gatehouse::api::iot
