// ListPrincipalThingsV2: the things that a principal may act for, and whether exclusively.
// Source: AWS IoT API Reference, ListPrincipalThingsV2.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/list_principal_things_v2.h"
#include "registry/things.h"

namespace gatehouse::api::iot {

struct ListPrincipalThingsV2 {
    using Shape = ListPrincipalThingsV2Shape;

    registry::Things& things;

    async::Task<wire::Outcome<ListPrincipalThingsV2Response>> handle(
        const Caller& caller, ListPrincipalThingsV2Request request) const;
};

}  // namespace gatehouse::api::iot
