#include "api/iot/register_thing.h"

#include <utility>

#include "api/iot/errors.h"
#include "registry/provisioning_needs.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<RegisterThingResponse>> RegisterThing::handle(
    const Caller& caller, RegisterThingRequest request) const {
    const registry::Texts parameters = std::move(request.parameters).value_or(registry::Texts());
    const auto plan = co_await provisionings.run([&](registry::ProvisioningRecords& records) {
        return records.plan_registration(caller.tenant, request.template_body, parameters);
    });
    if (!plan) co_return failure_of(plan.error());
    // The rest was asked before (permissions.cc): the template alone says it.
    for (const registry::ProvisioningNeed& need : registry::needs_of(caller.tenant, *plan)) {
        if (caller.is_root || need.action != "iot:RemoveThingFromThingGroup") continue;
        const auto refusal = co_await caller.refusal_of(need.action, need.resources);
        if (refusal) co_return std::unexpected(*refusal);
    }
    auto made = co_await provisionings.run([&](registry::ProvisioningRecords& records) {
        return records.register_thing(caller.tenant, *plan);
    });
    if (!made) co_return failure_of(made.error());
    RegisterThingResponse response{.resource_arns = std::move(made->resource_arns)};
    if (!made->certificate_pem.empty()) {
        response.certificate_pem = std::move(made->certificate_pem);
    }
    co_return response;
}

}  // namespace gatehouse::api::iot
