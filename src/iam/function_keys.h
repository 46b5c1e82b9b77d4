// Temporary keys for functions, with which their code calls this server's API in the name of the
// function's role.
//
// All instances of a function share a key while at least half of its life is left: they run the
// same code for the same role. So an instance may live for half the lifetime before it has to be
// replaced for the sake of its key. What is deployed anew gets a key anew, so that it is younger
// than a revocation before it.
//
// A key is the role's that there was when it was made, and ends with it. Of a role that was not
// there yet its name counts.
//
// Threads: any; blocks while the role's record is read.
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
#include "storage/resource_store.h"

namespace gatehouse::iam {

class FunctionKeys final : public functions::CredentialIssuer, Pinned {
public:
    static constexpr std::chrono::hours lifetime{24};
    static constexpr std::chrono::hours instance_life_max = lifetime / 2;

    // All must outlive it.
    FunctionKeys(const Clock& clock, TemporaryKeys& keys, storage::ResourceStore& store)
        : clock_(clock), keys_(keys), store_(store) {}

    // `role` is the ARN the function was created with, `revision` what was deployed. LimitExceeded
    // as TemporaryKeys::issue; Unavailable, Corrupt: the role cannot be read.
    Result<TemporaryKey> key_for(const Tenant& tenant, const std::string& function,
                                 const std::string& role, const std::string& revision = {});

    Result<functions::FunctionCredentials> issue(const functions::Function& function) override;

private:
    using Owner = std::tuple<Tenant, std::string, std::string, std::string>;  // as of key_for()

    // Empty: there is no such role.
    Result<std::string> id_of_role(const Tenant& tenant, std::string_view role);

    const Clock& clock_;
    TemporaryKeys& keys_;
    storage::ResourceStore& store_;
    async::Guarded<std::map<Owner, TemporaryKey>> current_;
};

// arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION, with ROLE the last part of the role's ARN.
// Source: STS API Reference, AssumedRoleUser.
std::string assumed_role_arn(const Tenant& tenant, std::string_view role, std::string_view session);

}  // namespace gatehouse::iam
