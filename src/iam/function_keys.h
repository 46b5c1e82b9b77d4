// Temporary keys for functions, with which their code calls this server's API in the name of the
// function's role.
//
// All instances of a function share a key while at least half of its life is left: they run the
// same code for the same role. So an instance may live for half the lifetime before it has to be
// replaced for the sake of its key. What is deployed anew gets a key anew, so that it is younger
// than a revocation before it.
//
// A key is the role's that there was when it was made, and ends with it. Of a role that is not
// there, or does not trust lambda.amazonaws.com, it may do nothing, whoever has the role's name
// later.
//
// Threads: any; blocks while the role's record is read.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
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
    // What keys of functions have that may act as nobody: no user and no role has this id.
    static constexpr std::string_view no_identity = "none";
    static constexpr std::chrono::hours instance_life_max = lifetime / 2;

    // All must outlive it.
    FunctionKeys(const Clock& clock, TemporaryKeys& keys, storage::ResourceStore& store)
        : clock_(clock), keys_(keys), store_(store) {}

    // `role` is the ARN the function was created with, `revision` what was deployed. LimitExceeded
    // as TemporaryKeys::issue; Unavailable, Corrupt: the role cannot be read.
    Result<TemporaryKey> key_for(const Tenant& tenant, const std::string& function,
                                 const std::string& role, const std::string& revision = {});

    // Whether a function may have this role. InvalidInput: the role is there, and Lambda may not
    // act as it. A role that is not there is taken, unlike on AWS: keys for it may do nothing.
    Result<void> check_role(const Tenant& tenant, const std::string& function,
                            const std::string& role) const;

    Result<functions::FunctionCredentials> issue(const functions::Function& function) override;

private:
    using Owner = std::tuple<Tenant, std::string, std::string, std::string>;  // as of key_for()
    static constexpr std::size_t revisions_max = 8;  // of which a function's keys are kept

    using Keys = std::map<Owner, TemporaryKey>;

    struct NamedRole {
        std::string id;
        bool trusts_function = false;
    };
    // Empty: there is none.
    Result<std::optional<NamedRole>> role_named(const Tenant& tenant, const std::string& function,
                                                const std::string& role) const;
    // no_identity: the function may not act as the role, or there is none.
    Result<std::string> id_of_role(const Tenant& tenant, const std::string& function,
                                   const std::string& role);
    // What is of no more use, so that room is left for the owner's next.
    void forget(Keys& keys, const Owner& owner) const;

    const Clock& clock_;
    TemporaryKeys& keys_;
    storage::ResourceStore& store_;
    async::Guarded<Keys> current_;
};

// arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION, with ROLE the last part of the role's ARN.
// Source: STS API Reference, AssumedRoleUser.
std::string assumed_role_arn(const Tenant& tenant, std::string_view role, std::string_view session);

}  // namespace gatehouse::iam
