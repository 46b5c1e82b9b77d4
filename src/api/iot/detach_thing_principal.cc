#include "api/iot/detach_thing_principal.h"

#include "api/iot/errors.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<DetachThingPrincipalResponse>> DetachThingPrincipal::handle(
    const Caller& caller, DetachThingPrincipalRequest request) const {
    const auto principal = registry::parse_principal(caller.tenant, request.principal);
    if (!principal) co_return failure_of(principal.error());
    const registry::ThingName name(std::move(request.thing_name));
    const auto detached = co_await things.run([&](registry::ThingRecords& records) {
        return records.detach(caller.tenant, name, *principal);
    });
    if (!detached) co_return failure_of(detached.error());
    co_return DetachThingPrincipalResponse();
}

}  // namespace gatehouse::api::iot
