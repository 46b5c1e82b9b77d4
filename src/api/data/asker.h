// Who asks something of the data plane, for the log.
#pragma once

#include <string>

#include "api/caller.h"
#include "base/tenant.h"
#include "iam/principal.h"

namespace gatehouse::api::data {

struct Asker {
    Tenant tenant;
    std::string principal;
    // As aws:userid has it: "AIDA…", "AROA…:SESSION", of root the account. Empty: it is not known.
    std::string user_id;
    std::string trace_id;
};

inline std::string user_id_of(const Caller& caller) {
    if (caller.is_root) return caller.tenant.account.value();
    if (caller.identity_id.empty()) return {};
    const auto known = ::gatehouse::iam::parse_caller(caller.principal);
    if (!known || known->session.empty()) return caller.identity_id;
    return caller.identity_id + ":" + known->session;
}

inline Asker asker_of(const Caller& caller) {
    return {.tenant = caller.tenant,
            .principal = caller.principal,
            .user_id = user_id_of(caller),
            .trace_id = caller.request_id};
}

}  // namespace gatehouse::api::data
