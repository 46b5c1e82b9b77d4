// TestAuthorization: what the policies of a principal would say, and what if others were attached.
// Source: AWS IoT API Reference, TestAuthorization.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/test_authorization.h"
#include "registry/policies.h"

namespace gatehouse::api::iot {

struct TestAuthorization {
    using Shape = TestAuthorizationShape;

    registry::Policies& policies;

    async::Task<wire::Outcome<TestAuthorizationResponse>> handle(
        const Caller& caller, TestAuthorizationRequest request) const;
};

}  // namespace gatehouse::api::iot
