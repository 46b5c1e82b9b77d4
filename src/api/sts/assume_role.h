// AssumeRole: keys that expire, with the rights of a role.
// Source: AWS STS API Reference, AssumeRole. Not done here, and refused: session policies and
// tags, which would narrow or mark the session.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/sts/assume_role.h"
#include "iam/role_sessions.h"

namespace gatehouse::api::sts {

struct AssumeRole {
    using Shape = AssumeRoleShape;

    ::gatehouse::iam::RoleSessions& sessions;

    async::Task<wire::Outcome<AssumeRoleResponse>> handle(const Caller& caller,
                                                          AssumeRoleRequest request) const;
};

}  // namespace gatehouse::api::sts
