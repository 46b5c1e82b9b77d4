// Temporary keys for functions, with which their code calls this server's API in the name of the
// function's role.
//
// All instances of a function share a key while at least half of its life is left: they run the
// same code for the same role, and starting an instance then costs nothing here. So an instance
// may live for half the lifetime before it has to be replaced for the sake of its key.
//
// Threads: any; never blocks for long.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <tuple>

#include "async/guarded.h"
#include "base/clock.h"
#include "base/pinned.h"
#include "base/result.h"
#include "base/tenant.h"
#include "functions/invoker.h"
#include "iam/temporary_keys.h"

namespace gatehouse::iam {

class FunctionKeys final : public functions::CredentialIssuer, Pinned {
public:
    static constexpr std::chrono::hours lifetime{24};
    static constexpr std::chrono::hours instance_life_max = lifetime / 2;

    // Both must outlive it.
    FunctionKeys(const Clock& clock, TemporaryKeys& keys) : clock_(clock), keys_(keys) {}

    // `role` is the ARN the function was created with. LimitExceeded as TemporaryKeys::issue.
    Result<TemporaryKey> key_for(const Tenant& tenant, const std::string& function,
                                 const std::string& role);

    Result<functions::FunctionCredentials> issue(const functions::Function& function) override;

private:
    using Owner = std::tuple<Tenant, std::string, std::string>;  // function, role

    const Clock& clock_;
    TemporaryKeys& keys_;
    async::Guarded<std::map<Owner, TemporaryKey>> current_;
};

// arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION, with ROLE the last part of the role's ARN.
// Source: STS API Reference, AssumedRoleUser.
std::string assumed_role_arn(const Tenant& tenant, std::string_view role, std::string_view session);

}  // namespace gatehouse::iam
