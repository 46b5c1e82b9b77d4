#include "registry/provisioning_needs.h"

#include <utility>

#include "base/arn.h"
#include "certificates/issuer.h"
#include "registry/billing_group.h"

namespace gatehouse::registry {
namespace {

using Needs = std::vector<ProvisioningNeed>;

bool changes(Override how) {
    return how == Override::Replace || how == Override::Merge;
}

void add_groups(Needs& needs, const Tenant& tenant, const PlannedThing& thing,
                const std::string& thing_arn) {
    if (!thing.groups) return;
    for (const ThingGroupName& group : *thing.groups) {
        needs.push_back({"iot:AddThingToThingGroup", {thing_arn, arn_of(tenant, group)}});
    }
    if (!thing.may_leave) return;
    for (const ThingGroupName& group : *thing.may_leave) {
        needs.push_back({"iot:RemoveThingFromThingGroup", {thing_arn, arn_of(tenant, group)}});
    }
}

void add_thing(Needs& needs, const Tenant& tenant, const PlannedThing& thing) {
    const std::string arn = arn_of(tenant, thing.name);
    needs.push_back({"iot:CreateThing", {arn}});
    if ((thing.attributes && changes(thing.on_attributes)) ||
        (thing.type && changes(thing.on_type))) {
        needs.push_back({"iot:UpdateThing", {arn}});
    }
    add_groups(needs, tenant, thing, arn);
    if (!thing.billing_group.empty()) {
        needs.push_back({"iot:AddThingToBillingGroup", {arn, arn_of(tenant, thing.billing_group)}});
    }
}

// The ARN of the certificate that the plan comes to, as far as it is known.
std::string certificate_arn(const Tenant& tenant, const PlannedCertificate& certificate) {
    if (certificate.source == CertificateSource::Id) {
        return arn_of(tenant, certificate_id_of_text(certificate.text));
    }
    if (certificate.source == CertificateSource::Pem) {
        const auto facts = certificates::parse_single_certificate_pem(certificate.text);
        if (facts) return arn_of(tenant, facts->id);
    }
    return make_arn(tenant, "iot", "cert/*");
}

void add_certificate(Needs& needs, const PlannedCertificate& certificate, const std::string& arn) {
    if (certificate.source == CertificateSource::SigningRequest) {
        needs.push_back({"iot:CreateCertificateFromCsr", {"*"}});
        return;
    }
    if (certificate.source == CertificateSource::Pem) {
        needs.push_back({"iot:RegisterCertificate", {"*"}});
    }
    needs.push_back({"iot:UpdateCertificate", {arn}});
}

}  // namespace

std::vector<ProvisioningNeed> needs_of(const Tenant& tenant, const ProvisioningPlan& plan) {
    Needs needs;
    if (plan.thing) add_thing(needs, tenant, *plan.thing);
    if (!plan.certificate) return needs;
    const std::string certificate = certificate_arn(tenant, *plan.certificate);
    add_certificate(needs, *plan.certificate, certificate);
    for (const PlannedPolicy& policy : plan.policies) {
        if (!policy.document) continue;
        needs.push_back({"iot:CreatePolicy", {arn_of(tenant, policy.name)}});
    }
    if (!plan.policies.empty()) needs.push_back({"iot:AttachPolicy", {certificate}});
    if (plan.thing) {
        needs.push_back({"iot:AttachThingPrincipal", {certificate}});
    }
    return needs;
}

}  // namespace gatehouse::registry
