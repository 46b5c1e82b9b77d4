// GetCallerIdentity: who calls. Everybody may ask.
// Source: AWS STS API Reference, GetCallerIdentity.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/sts/get_caller_identity.h"
#include "storage/async_resource_store.h"

namespace gatehouse::api::sts {

struct GetCallerIdentity {
    using Shape = GetCallerIdentityShape;

    storage::AsyncResourceStore& records;

    async::Task<wire::Outcome<GetCallerIdentityResponse>> handle(
        const Caller& caller, GetCallerIdentityRequest request) const;
};

}  // namespace gatehouse::api::sts
