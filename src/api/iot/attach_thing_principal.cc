#include "api/iot/attach_thing_principal.h"

#include "api/iot/errors.h"
#include "api/iot/thing_shapes.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<AttachThingPrincipalResponse>> AttachThingPrincipal::handle(
    const Caller& caller, AttachThingPrincipalRequest request) const {
    const auto principal = registry::parse_principal(caller.tenant, request.principal);
    if (!principal) co_return failure_of(principal.error());
    const registry::ThingName name(std::move(request.thing_name));
    const auto attached = co_await things.run([&](registry::ThingRecords& records) {
        return records.attach(caller.tenant, name, *principal,
                              tie_of(request.thing_principal_type));
    });
    if (!attached) co_return failure_of(attached.error());
    co_return AttachThingPrincipalResponse();
}

}  // namespace gatehouse::api::iot
