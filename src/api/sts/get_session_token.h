// GetSessionToken: a user's keys that expire, with which it may do what it may. Deliberate
// differences: no MFA, and IAM and STS take these keys as well.
// Source: AWS STS API Reference, GetSessionToken.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/sts/get_session_token.h"
#include "iam/temporary_keys.h"
#include "storage/async_resource_store.h"

namespace gatehouse::api::sts {

struct GetSessionToken {
    using Shape = GetSessionTokenShape;

    storage::AsyncResourceStore& records;
    ::gatehouse::iam::TemporaryKeys& keys;

    async::Task<wire::Outcome<GetSessionTokenResponse>> handle(
        const Caller& caller, GetSessionTokenRequest request) const;
};

}  // namespace gatehouse::api::sts
