// Users, groups and roles and their rules over the store, one operation a method.
// Source: IAM API Reference, the operations of the same names; IAM User Guide, "IAM and AWS STS
// quotas". Deliberate differences: messages say what to do; names that differ by case alone are
// different names.
//
// Errors of every method: NotFound (NoSuchEntity), Conflict (EntityAlreadyExists; with the field
// `overtaken_field`: somebody else changed it again and again meanwhile), NotAllowed
// (DeleteConflict), LimitExceeded, InvalidInput (with the field `document_field`: a policy document
// is wrong), and the store's own.
//
// Threads: every method may be called from any thread, and blocks: call it on a worker.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "base/result.h"
#include "iam/changes.h"
#include "iam/identity.h"
#include "iam/listing.h"
#include "iam/managed_policy.h"
#include "iam/tag_change.h"
#include "storage/resource_store.h"

namespace gatehouse::iam {

inline constexpr std::string_view document_field = "policyDocument";

class IdentityRecords {
public:
    struct Parts {
        const Clock& clock;
        Random& random;
    };
    // The store and the parts must outlive it.
    IdentityRecords(storage::ResourceStore& store, const Parts& parts)
        : store_(store), parts_(parts) {}

    // `wanted` says all but id and time.
    Result<Identity> create(const Tenant& tenant, Identity wanted);
    Result<Identity> get(const Tenant& tenant, const IdentityName& name);
    // By name.
    Result<Listed<Identity>> list(const Tenant& tenant, IdentityKind kind,
                                  const std::string& path_prefix, const Paging& paging);
    // NotAllowed while policies, keys or members are left.
    Result<void> remove(const Tenant& tenant, const IdentityName& name);
    // Of a user; its keys, groups and policies stay with it.
    Result<void> rename(const Tenant& tenant, const std::string& user,
                        const std::optional<std::string>& new_name,
                        const std::optional<std::string>& new_path);
    // Its members and policies stay with it.
    Result<void> rename_group(const Tenant& tenant, const std::string& group,
                              const std::optional<std::string>& new_name,
                              const std::optional<std::string>& new_path);
    Result<void> set_trust_policy(const Tenant& tenant, const std::string& role,
                                  std::string document);
    // Of a role; absent members stay as they are.
    struct RoleChange {
        std::optional<std::string> description;
        std::optional<std::int32_t> session_seconds_max;
    };
    Result<void> update_role(const Tenant& tenant, const std::string& role,
                             const RoleChange& change);
    Result<void> change_tags(const Tenant& tenant, const IdentityName& name,
                             const TagChange& change);

    // Inline policies.
    Result<void> put_policy(const Tenant& tenant, const IdentityName& name,
                            const std::string& policy, std::string document);
    Result<std::string> policy(const Tenant& tenant, const IdentityName& name,
                               const std::string& policy);
    // Their names.
    Result<Listed<std::string>> policies(const Tenant& tenant, const IdentityName& name,
                                         const Paging& paging);
    Result<void> remove_policy(const Tenant& tenant, const IdentityName& name,
                               const std::string& policy);

    // Managed policies by ARN. What is attached already stays so; detaching what is not is
    // NotFound.
    Result<void> attach(const Tenant& tenant, const IdentityName& name, const std::string& arn);
    Result<void> detach(const Tenant& tenant, const IdentityName& name, const std::string& arn);
    Result<Listed<ManagedPolicy>> attached(const Tenant& tenant, const IdentityName& name,
                                           const Paging& paging);
    // Whom a policy is attached to.
    Result<Listed<Identity>> holders(const Tenant& tenant, const std::string& arn,
                                     const Paging& paging);

    // Groups. Who is in it already stays so.
    Result<void> add_member(const Tenant& tenant, const std::string& group,
                            const std::string& user);
    Result<void> remove_member(const Tenant& tenant, const std::string& group,
                               const std::string& user);
    Result<Listed<Identity>> members(const Tenant& tenant, const std::string& group,
                                     const Paging& paging);
    Result<Listed<Identity>> groups_of(const Tenant& tenant, const std::string& user,
                                       const Paging& paging);

private:
    Result<void> rename(const Tenant& tenant, const IdentityName& old_name,
                        const std::optional<std::string>& new_name,
                        const std::optional<std::string>& new_path);
    // Reads, changes and writes, again when somebody else was faster. `change` may add to the
    // batch.
    template <class Change>
    Result<void> change(const Tenant& tenant, const IdentityName& name, Change change);
    Result<void> check(const Identity& wanted) const;
    Result<void> check_document(const std::string& document) const;
    Result<Listed<Identity>> linked(const Tenant& tenant, const IdentityName& name,
                                    IdentityKind kind, storage::Direction direction,
                                    const Paging& paging);

    storage::ResourceStore& store_;
    const Parts& parts_;
};

}  // namespace gatehouse::iam
