// What the HTTPS doors serve to devices beside publishing: operations of the data plane. A door
// finds out who asks and whether its policies allow it; whoever implements this knows the
// operations.
//
// Threads: any loop.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "async/task.h"
#include "base/deadline.h"
#include "base/tenant.h"
#include "net/http.h"
#include "policy/action.h"

namespace gatehouse::gateway {

class DeviceApi {
public:
    // What a request asks for.
    struct Operation {
        policy::Action action;      // which policies have to allow
        std::string resource_name;  // its topic or client id; empty: the action has no resource
    };
    // Nothing: it is no operation that is served to devices.
    virtual std::optional<Operation> operation_of(const net::HttpRequest& request) const = 0;

    // Borrowed for the duration of answer().
    struct Call {
        const net::HttpRequest& request;
        const Tenant& tenant;
        std::string_view principal_id;
        std::string_view trace_id;
        Deadline deadline;
    };
    // Requires: operation_of() the request, and permission for it.
    virtual async::Task<net::HttpResponse> answer(const Call& call) const = 0;

protected:
    ~DeviceApi() = default;
};

}  // namespace gatehouse::gateway
