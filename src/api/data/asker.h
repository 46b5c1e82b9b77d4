// Who asks something of the data plane, for the log.
#pragma once

#include <string>

#include "api/caller.h"
#include "base/tenant.h"

namespace gatehouse::api::data {

struct Asker {
    Tenant tenant;
    std::string principal;
    std::string trace_id;
};

inline Asker asker_of(const Caller& caller) {
    return {.tenant = caller.tenant, .principal = caller.principal, .trace_id = caller.request_id};
}

}  // namespace gatehouse::api::data
