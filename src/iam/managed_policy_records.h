// Managed policies of an account over the store, one operation a method; those of AWS are read
// with them and never change.
// Source: IAM API Reference, the operations of the same names.
//
// Errors as IdentityRecords. Threads: every method may be called from any thread, and blocks.
#pragma once

#include <cstdint>
#include <string>

#include "base/random.h"
#include "base/result.h"
#include "iam/listing.h"
#include "iam/managed_policy.h"
#include "iam/tag_change.h"
#include "storage/resource_store.h"

namespace gatehouse::iam {

enum class SetAsDefault : bool { No, Yes };
// Whose policies a listing shows.
enum class PolicyScope : std::uint8_t { All, Aws, Local };

class ManagedPolicyRecords {
public:
    struct Parts {
        const Clock& clock;
        Random& random;
    };
    ManagedPolicyRecords(storage::ResourceStore& store, const Parts& parts)
        : store_(store), parts_(parts) {}

    // `wanted` says name, path, description and tags.
    Result<ManagedPolicy> create(const Tenant& tenant, ManagedPolicy wanted, std::string document);
    Result<ManagedPolicy> get(const Tenant& tenant, const std::string& arn);
    // Those of AWS by name, then the account's own by name.
    Result<Listed<ManagedPolicy>> list(const Tenant& tenant, PolicyScope scope,
                                       const std::string& path_prefix, const Paging& paging);
    // NotAllowed while it is attached, or has versions that do not count.
    Result<void> remove(const Tenant& tenant, const std::string& arn);
    // To how many users, groups and roles it is attached.
    Result<std::size_t> attachment_count(const Tenant& tenant, const ManagedPolicy& policy);

    // The new version is the last one.
    Result<ManagedPolicy> create_version(const Tenant& tenant, const std::string& arn,
                                         std::string document, SetAsDefault set_as_default);
    // The newest first.
    Result<Listed<ManagedPolicyVersion>> versions(const Tenant& tenant, const std::string& arn,
                                                  const Paging& paging);
    Result<ManagedPolicyVersion> version(const Tenant& tenant, const std::string& arn,
                                         const std::string& id);
    // NotAllowed: it is the default.
    Result<void> remove_version(const Tenant& tenant, const std::string& arn,
                                const std::string& id);
    Result<void> set_default(const Tenant& tenant, const std::string& arn, const std::string& id);
    Result<void> change_tags(const Tenant& tenant, const std::string& arn, const TagChange& change);

private:
    Result<Listed<ManagedPolicy>> list_own(const Tenant& tenant, const std::string& path_prefix,
                                           const Paging& paging);
    template <class Change>
    Result<ManagedPolicy> change(const Tenant& tenant, const std::string& arn, Change change);

    storage::ResourceStore& store_;
    const Parts& parts_;
};

}  // namespace gatehouse::iam
