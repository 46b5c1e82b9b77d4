#include "api/iot/register_thing.h"

#include <utility>

#include "api/iot/errors.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<RegisterThingResponse>> RegisterThing::handle(
    const Caller& caller, RegisterThingRequest request) const {
    const registry::Texts parameters = std::move(request.parameters).value_or(registry::Texts());
    auto made = co_await provisionings.run([&](registry::ProvisioningRecords& records) {
        return records.register_thing(caller.tenant, request.template_body, parameters);
    });
    if (!made) co_return failure_of(made.error());
    RegisterThingResponse response{.resource_arns = std::move(made->resource_arns)};
    if (!made->certificate_pem.empty()) {
        response.certificate_pem = std::move(made->certificate_pem);
    }
    co_return response;
}

}  // namespace gatehouse::api::iot
