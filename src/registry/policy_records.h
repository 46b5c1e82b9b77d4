// Policies and their rules over the store, one operation a method.
// Source: AWS IoT API Reference, the operations of the same names. Deliberate differences: messages
// say what to do.
//
// Threads: every method may be called from any thread, and blocks; see on_workers.h.
#pragma once

#include <string>
#include <vector>

#include "base/random.h"
#include "registry/attached_policies.h"
#include "registry/authorization_trial.h"
#include "registry/listing.h"
#include "registry/policy.h"
#include "registry/policy_target.h"
#include "registry/stored.h"
#include "storage/resource_store.h"

namespace gatehouse::registry {

struct PolicySettings {
    std::uint32_t characters_max = 2048;  // of a document, white space not counted
    std::uint32_t versions_max = 5;
    std::uint32_t attached_max = 10;  // to one principal or group
};

enum class SetAsDefault : bool { No, Yes };

class PolicyRecords {
public:
    struct Parts {
        const Clock& clock;
        Random& random;
        PolicySettings settings;
    };
    // The store must outlive it.
    PolicyRecords(storage::ResourceStore& store, const Parts& parts)
        : store_(store), parts_(parts) {}

    // InvalidRequest, MalformedPolicy, ResourceAlreadyExists.
    Outcome<Policy> create(const Tenant& tenant, const PolicyName& name, std::string document,
                           Texts tags);
    // The same as part of a batch; its error of kind Conflict says that the name is taken.
    Outcome<Policy> add_to(storage::Batch& batch, const Tenant& tenant, const PolicyName& name,
                           std::string document, Texts tags);
    // ResourceNotFound (names the tenant that has it).
    Outcome<Policy> get(const Tenant& tenant, const PolicyName& name);
    // In the order of creation.
    Outcome<Page<Policy>> list(const Tenant& tenant, const Listing& listing);
    // DeleteConflict while it is attached or has versions that do not count.
    Outcome<void> remove(const Tenant& tenant, const PolicyName& name);

    // The policy, whose last version is the new one. MalformedPolicy, VersionsLimitExceeded.
    Outcome<Policy> create_version(const Tenant& tenant, const PolicyName& name,
                                   std::string document, SetAsDefault set_as_default);
    // DeleteConflict: it is the default. ResourceNotFound.
    Outcome<void> remove_version(const Tenant& tenant, const PolicyName& name, PolicyVersionId id);
    Outcome<void> set_default(const Tenant& tenant, const PolicyName& name, PolicyVersionId id);

    // What is attached already stays so. ResourceNotFound: policy or target; LimitExceeded.
    Outcome<void> attach(const Tenant& tenant, const PolicyName& name, const PolicyTarget& target);
    // ResourceNotFound: no such policy. What is not attached stays so.
    Outcome<void> detach(const Tenant& tenant, const PolicyName& name, const PolicyTarget& target);
    // Names of policies attached to the target itself.
    Outcome<Page<std::string>> attached_to(const Tenant& tenant, const PolicyTarget& target,
                                           const Listing& listing);
    // The same, and of a group those of the groups above it, by name. ResourceNotFound: the group.
    Outcome<Page<std::string>> attached_at_or_above(const Tenant& tenant,
                                                    const PolicyTarget& target,
                                                    const Listing& listing);
    // What the policy is attached to, as texts. ResourceNotFound: the policy.
    Outcome<Page<std::string>> targets_of(const Tenant& tenant, const PolicyName& name,
                                          const Listing& listing);

    // GetEffectivePolicies. InvalidRequest: neither is given; ResourceNotFound.
    Outcome<std::vector<AttachedPolicy>> effective(const Tenant& tenant,
                                                   const std::optional<PolicyTarget>& principal,
                                                   const std::optional<ThingName>& thing);
    // TestAuthorization; errors as try_authorization().
    Outcome<std::vector<TrialAnswer>> try_out(const Tenant& tenant,
                                              const AuthorizationTrial& trial);

private:
    Outcome<Stored<Policy>> read(const Tenant& tenant, const PolicyName& name);
    Refused not_found(const Tenant& tenant, const PolicyName& name);
    policy::DocumentLimits limits() const;
    Outcome<void> check_there(const storage::RecordKey& key, const RecordWords& words);
    Outcome<void> check_document(const std::string& document) const;
    // Reads, changes and writes, again when somebody else was faster.
    template <class Change>
    Outcome<Policy> change(const Tenant& tenant, const PolicyName& name, Change change);
    Outcome<void> try_remove(const Tenant& tenant, const PolicyName& name);
    Outcome<bool> is_attached(const Tenant& tenant, const PolicyName& name);
    Outcome<void> try_attach(const Tenant& tenant, const PolicyName& name,
                             const PolicyTarget& target);
    Outcome<void> check_room(const Tenant& tenant, const PolicyName& name,
                             const PolicyTarget& target);

    storage::ResourceStore& store_;
    const Parts& parts_;
};

}  // namespace gatehouse::registry
