// GetSessionToken: a user's keys that expire, with which it may do what it may; but nothing of IAM,
// and of STS AssumeRole and GetCallerIdentity alone (api.cc). Deliberate difference: no MFA.
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
