// What a device with a certificate needs, in one step: the thing, the certificate, the policy, and
// what ties them. All of it is there afterwards, or nothing.
// Source: AWS IoT Developer Guide, "Create AWS IoT resources": the same that its console's
// "Connect one device" makes.
//
// Threads: every method may be called from any thread, and blocks; see on_workers.h.
#pragma once

#include <string>
#include <vector>

#include "registry/certificate_records.h"
#include "registry/on_workers.h"
#include "registry/policy_records.h"
#include "registry/thing_records.h"

namespace gatehouse::registry {

struct NewDevice {
    ThingName thing;
    PolicyName policy;
    std::string document;         // of the policy
    std::string certificate_pem;  // ACTIVE from the start
};

struct DeviceSetup {
    std::string thing_arn;
    std::string certificate_arn;
    std::string document;  // of the policy that counts
    // Certificates that the thing had before, as ARNs; they stay as they are.
    std::vector<std::string> earlier_certificates;
};

class DeviceSetupRecords {
public:
    struct Parts {
        ThingRecords::Parts things;
        CertificateRecords::Parts certificates;
        PolicyRecords::Parts policies;
    };
    // The store must outlive it.
    DeviceSetupRecords(storage::ResourceStore& store, const Parts& parts)
        : store_(store), parts_(parts) {}

    // ResourceAlreadyExists: the thing or the policy; and the errors of CertificateRecords::add().
    Outcome<DeviceSetup> create(const Tenant& tenant, const NewDevice& device);
    // A further certificate for a thing that is there. The policy is made where it is missing, and
    // left as it is otherwise. ResourceNotFound: the thing.
    Outcome<DeviceSetup> renew(const Tenant& tenant, const NewDevice& device);

private:
    // Before anything is made, for a sentence that helps; the batch sees to it anyway.
    Outcome<void> refuse_leftover_policy(const Tenant& tenant, const NewDevice& device);
    Outcome<DeviceSetup> try_renew(const Tenant& tenant, const NewDevice& device);
    Outcome<std::string> require_policy(storage::Batch& batch, const Tenant& tenant,
                                        const NewDevice& device);
    // Adds certificate and ties to the batch, and applies it.
    Outcome<DeviceSetup> complete(storage::Batch batch, const Tenant& tenant,
                                  const NewDevice& device);

    storage::ResourceStore& store_;
    const Parts& parts_;
};

using DeviceSetups = OnWorkers<DeviceSetupRecords>;

}  // namespace gatehouse::registry
