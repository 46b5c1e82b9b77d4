#include "registry/device_setup_records.h"

#include <fmt/format.h>

#include <utility>

#include "registry/elsewhere.h"
#include "registry/persistently.h"
#include "registry/policy_record.h"
#include "registry/principal_guard.h"
#include "registry/registered_certificate_record.h"
#include "registry/thing_record.h"

namespace gatehouse::registry {

Outcome<DeviceSetup> DeviceSetupRecords::create(const Tenant& tenant, const NewDevice& device) {
    storage::Batch batch;
    batch.require(
        storage::IsAbsent{key_of(tenant, device.thing)},
        Error{ErrorKind::Conflict,
              fmt::format("there is a thing {} already; --renew gives it a further certificate, or "
                          "choose another name",
                          device.thing.view()),
              {}});
    ThingRecords things(store_, parts_.things);
    if (auto leftover = refuse_leftover_policy(tenant, device); !leftover) {
        return refuse(std::move(leftover.error()));
    }
    const auto thing = things.add_to(batch, tenant, {.name = device.thing});
    if (!thing) return refuse(thing.error());
    PolicyRecords policies(store_, parts_.policies);
    const auto policy = policies.add_to(batch, tenant, device.policy, device.document, {});
    if (!policy) return refuse(policy.error());
    auto made = complete(std::move(batch), tenant, device);
    if (!made && made.error().refusal == Refusal::VersionConflict) {
        made.error().refusal = Refusal::ResourceAlreadyExists;
    }
    return made;
}

// It stays when a thing is deleted, and there would be nothing to renew.
Outcome<void> DeviceSetupRecords::refuse_leftover_policy(const Tenant& tenant,
                                                         const NewDevice& device) {
    if (!PolicyRecords(store_, parts_.policies).get(tenant, device.policy)) return {};
    if (ThingRecords(store_, parts_.things).describe(tenant, device.thing)) return {};
    return refuse(Refusal::ResourceAlreadyExists,
                  fmt::format("there is no thing {}, but a policy {} is left: detach it from what "
                              "it is attached to and delete it (`aws iot list-targets-for-policy`, "
                              "`detach-policy`, `delete-policy --policy-name {}`), or choose "
                              "another name",
                              device.thing.view(), device.policy.view(), device.policy.view()));
}

Outcome<DeviceSetup> DeviceSetupRecords::renew(const Tenant& tenant, const NewDevice& device) {
    return persistently([&] { return try_renew(tenant, device); });
}

Outcome<DeviceSetup> DeviceSetupRecords::try_renew(const Tenant& tenant, const NewDevice& device) {
    const auto key = key_of(tenant, device.thing);
    ThingRecords things(store_, parts_.things);
    auto earlier = things.principals_of(tenant, device.thing, {.page_size = 100});
    if (!earlier) return refuse(std::move(earlier.error()));
    storage::Batch batch;
    batch.require(storage::Exists{key}, changed_meanwhile(thing_words, device.thing.view()));
    auto document = require_policy(batch, tenant, device);
    if (!document) return refuse(std::move(document.error()));
    auto made = complete(std::move(batch), tenant, device);
    if (!made) return made;
    made->document = std::move(*document);
    made->earlier_certificates = std::move(earlier->items);
    return made;
}

Outcome<std::string> DeviceSetupRecords::require_policy(storage::Batch& batch, const Tenant& tenant,
                                                        const NewDevice& device) {
    PolicyRecords policies(store_, parts_.policies);
    const auto there = policies.get(tenant, device.policy);
    if (there) {
        batch.require(storage::Exists{key_of(tenant, device.policy)},
                      changed_meanwhile({"policy", "policyName"}, device.policy.view()));
        return there->counting().document;
    }
    if (there.error().refusal != Refusal::ResourceNotFound) return refuse(there.error());
    const auto made = policies.add_to(batch, tenant, device.policy, device.document, {});
    if (!made) return refuse(made.error());
    return device.document;
}

Outcome<DeviceSetup> DeviceSetupRecords::complete(storage::Batch batch, const Tenant& tenant,
                                                  const NewDevice& device) {
    CertificateRecords certificates(store_, parts_.certificates);
    const auto certificate = certificates.add_to(
        batch, tenant, {.pem = device.certificate_pem, .status = CertificateStatus::Active});
    if (!certificate) return refuse(certificate.error());
    const std::string arn = certificate->arn();
    const auto guard = PrincipalGuard::take(store_, tenant, arn);
    if (!guard) return refuse(guard.error());
    guard->add_to(batch);
    batch.change(storage::AddLink{{tenant, policy_target_relation, device.policy.value(), arn}});
    batch.change(storage::AddLink{{tenant, thing_principal_relation, device.thing.value(), arn}});
    if (const auto applied = store_.apply(batch); !applied) {
        return refuse(refused_by(applied.error()));
    }
    return DeviceSetup{.thing_arn = arn_of(tenant, device.thing),
                       .certificate_arn = arn,
                       .document = device.document,
                       .earlier_certificates = {}};
}

}  // namespace gatehouse::registry
