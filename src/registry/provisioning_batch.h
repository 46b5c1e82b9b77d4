// What a provisioning plan asks for as one batch: read, decided and collected, but not applied.
//
// Source: AWS IoT Developer Guide, "Provisioning templates", "Resources section"; what it leaves
// open is decided thus:
// - without OverrideSettings a thing that is there stays as it is, and a certificate that is there
//   gets the Status that the template names;
// - FAIL fails for each property that the template names of a thing that is there;
// - a billing group is for things that are made;
// - PENDING_ACTIVATION ends in any case.
//
// Threads: any; blocks, as the store does.
#pragma once

#include <string>
#include <vector>

#include "certificates/local_authority.h"
#include "registry/certificate_records.h"
#include "registry/membership_records.h"
#include "registry/policy_records.h"
#include "registry/provisioning_plan.h"
#include "registry/thing_records.h"

namespace gatehouse::registry {

struct ProvisioningParts {
    ThingRecords::Parts things;
    MembershipRecords::Parts memberships;
    CertificateRecords::Parts certificates;
    PolicyRecords::Parts policies;
    certificates::LocalAuthority& authority;  // for signing requests
};

struct Provisioned {
    Texts resource_arns;          // by logical name
    ThingName thing;              // empty: the template has none
    std::string certificate_pem;  // likewise
    std::string device_configuration;
};

// The groups that the thing, if it is there, would be taken out of.
Outcome<std::vector<ThingGroupName>> groups_left_by(storage::ResourceStore& store,
                                                    const Tenant& tenant,
                                                    const PlannedThing& wanted);

// The plan's signing request is answered by now: it names a certificate that `issued` holds.
class ProvisioningBatch {
public:
    // All must outlive it.
    ProvisioningBatch(storage::ResourceStore& store, const ProvisioningParts& parts,
                      const Tenant& tenant, const ProvisioningPlan& plan, const std::string& issued)
        : store_(store), parts_(parts), tenant_(tenant), plan_(plan), issued_(issued) {}

    // Adds all to the batch, which may be overtaken. The errors of the resources' own operations.
    Outcome<Provisioned> collect(storage::Batch& batch);

private:
    Outcome<void> add_thing(storage::Batch& batch);
    Outcome<void> make_thing(storage::Batch& batch, const PlannedThing& wanted);
    Outcome<void> change_thing(storage::Batch& batch, const PlannedThing& wanted,
                               const Stored<Thing>& stored);
    Outcome<ThingChange> change_of(const PlannedThing& wanted, const Thing& present) const;
    Outcome<MembershipChange> memberships_of(const PlannedThing& wanted);
    Outcome<void> add_certificate(storage::Batch& batch);
    Outcome<RegisteredCertificate> certificate_in(storage::Batch& batch,
                                                  const PlannedCertificate& wanted);
    Outcome<RegisteredCertificate> keep_certificate(storage::Batch& batch,
                                                    const PlannedCertificate& wanted,
                                                    Stored<RegisteredCertificate> stored);
    Outcome<void> add_policies(storage::Batch& batch);
    Outcome<void> add_policy(storage::Batch& batch, const PlannedPolicy& wanted);
    Outcome<void> tie(storage::Batch& batch);

    storage::ResourceStore& store_;
    const ProvisioningParts& parts_;
    const Tenant& tenant_;
    const ProvisioningPlan& plan_;
    const std::string& issued_;
    Provisioned made_;
    std::string certificate_arn_;
};

}  // namespace gatehouse::registry
