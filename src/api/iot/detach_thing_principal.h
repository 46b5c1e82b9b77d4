// DetachThingPrincipal: a certificate or identity from a thing.
// Source: AWS IoT API Reference, DetachThingPrincipal.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/detach_thing_principal.h"
#include "registry/things.h"

namespace gatehouse::api::iot {

struct DetachThingPrincipal {
    using Shape = DetachThingPrincipalShape;

    registry::Things& things;

    async::Task<wire::Outcome<DetachThingPrincipalResponse>> handle(
        const Caller& caller, DetachThingPrincipalRequest request) const;
};

}  // namespace gatehouse::api::iot
