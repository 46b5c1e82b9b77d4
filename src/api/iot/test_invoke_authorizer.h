// TestInvokeAuthorizer: asks an authorizer's function with a made-up connection.
// Source: AWS IoT API Reference, TestInvokeAuthorizer.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/test_invoke_authorizer.h"
#include "authentication/custom_authorizer.h"

namespace gatehouse::api::iot {

struct TestInvokeAuthorizer {
    using Shape = TestInvokeAuthorizerShape;

    authentication::CustomAuthorizer* authorizer;  // null: nothing is asked

    async::Task<wire::Outcome<TestInvokeAuthorizerResponse>> handle(
        const Caller& caller, TestInvokeAuthorizerRequest request) const;
};

}  // namespace gatehouse::api::iot
