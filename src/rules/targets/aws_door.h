// Where the services are that speak AWS's protocols. Implemented by whoever knows their endpoints.
#pragma once

#include "async/task.h"
#include "base/deadline.h"
#include "base/result.h"
#include "base/tenant.h"
#include "net/http.h"
#include "rules/targets/aws_service.h"
#include "rules/targets/call.h"

namespace gatehouse::rules {

// Threads: has() any; ask() on the loop of actions.
class AwsDoor {
public:
    virtual ~AwsDoor() = default;

    // Whether there is an endpoint for the service that rules of the account may use.
    virtual bool has(AwsService service, const AccountId& account) const = 0;
    // Signed, and answered with whatever status. Unavailable, Timeout: nobody is there. Others:
    // it may not be asked, or is not who it should be.
    virtual async::Task<Result<net::HttpResponse>> ask(AwsService service, Call call,
                                                       Deadline deadline) const = 0;
};

}  // namespace gatehouse::rules
