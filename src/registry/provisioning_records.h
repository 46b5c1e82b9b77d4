// Provisioning: a device's thing, certificate and policies as a template says, all of it or
// nothing.
//
// Source: AWS IoT API Reference, RegisterThing; Developer Guide, "Just-in-time provisioning".
// Deliberate differences: nothing is left half-made where something cannot be made; messages say
// what was wrong.
//
// Threads: every method may be called from any thread, and blocks; see on_workers.h.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "registry/on_workers.h"
#include "registry/provisioning_batch.h"

namespace gatehouse::registry {

// What is to be made for a device whose certificate waits, and in whose name.
struct JustInTimePlan {
    ProvisioningPlan plan;
    std::string role_arn;
    storage::Revision authority_revision;  // of the CA's record that both are of
};

class ProvisioningRecords {
public:
    using Parts = ProvisioningParts;
    // The store must outlive it.
    ProvisioningRecords(storage::ResourceStore& store, const Parts& parts)
        : store_(store), parts_(parts) {}

    // InvalidRequest: the template does not read, or a parameter has no value.
    // ResourceRegistrationFailure: what it asks for cannot be made; the message says which of the
    // resources' own refusals it was. ConflictingResourceUpdate: somebody else changes the same
    // again and again.
    Outcome<Provisioned> register_thing(const Tenant& tenant, std::string_view template_body,
                                        const Texts& parameters);

    // What it would come to, as the store is now, for whoever asks whether the caller may all of
    // it. The errors of register_thing().
    Outcome<ProvisioningPlan> plan_registration(const Tenant& tenant,
                                                std::string_view template_body,
                                                const Texts& parameters);
    // The errors of register_thing() above; ConflictingResourceUpdate also where a group would be
    // left that the plan does not name.
    Outcome<Provisioned> register_thing(const Tenant& tenant, const ProvisioningPlan& plan);
    // What else is to be written with it, all or nothing; asked again where it is overtaken.
    using Beside = std::function<void(storage::Batch&, const Provisioned&)>;
    Outcome<Provisioned> register_thing(const Tenant& tenant, const ProvisioningPlan& plan,
                                        const Beside& beside);

    // By the template of the CA that signed a certificate, which waits for it
    // (PENDING_ACTIVATION); none where it waits no longer. The errors of register_thing(), and
    // ResourceNotFound: certificate or CA; CertificateState: the CA registers no devices now.
    Outcome<std::optional<JustInTimePlan>> plan_just_in_time(const Tenant& tenant,
                                                             const CertificateId& id);
    // What its role was found to be allowed; the CA has to be as it was then
    // (ConflictingResourceUpdate). None where the certificate waits no longer. The errors
    // of register_thing(), and ResourceNotFound: the certificate.
    Outcome<std::optional<Provisioned>> provision_just_in_time(const Tenant& tenant,
                                                               const CertificateId& id,
                                                               const JustInTimePlan& plan);

private:
    Outcome<Provisioned> try_provision(const Tenant& tenant, const ProvisioningPlan& plan,
                                       const std::string& issued, storage::Batch batch,
                                       const Beside& beside = {});
    Outcome<std::string> issue(const ProvisioningPlan& plan);
    // Says in the plan which groups its thing would leave now.
    Outcome<void> find_groups_left(const Tenant& tenant, ProvisioningPlan& plan);
    Outcome<JustInTimePlan> plan_for(const RegisteredCertificate& certificate);

    storage::ResourceStore& store_;
    const Parts& parts_;
};

using Provisionings = OnWorkers<ProvisioningRecords>;

// What a template may ask of a device's certificate: the parameters AWS::IoT::Certificate::Country
// and the like, as far as its subject has them, and ...::Id.
Texts parameters_of(const RegisteredCertificate& certificate);

// Whether a CA may provision its devices by it. InvalidRequest with the place.
Outcome<void> check_just_in_time_template(std::string_view template_body);

// Whether the certificate waits for provisioning by its CA's template rather than for somebody who
// activates it.
Outcome<bool> waits_for_provisioning(storage::ResourceStore& store,
                                     const RegisteredCertificate& certificate);

}  // namespace gatehouse::registry
