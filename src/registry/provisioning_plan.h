// A provisioning template with its parameters filled in: what is to be there, in plain values.
//
// Source: AWS IoT Developer Guide, "Provisioning templates". A document that becomes a policy of
// its own gives that policy its name, the document's SHA-256, so that devices of one template share
// it.
//
// Pure; threads: any.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "registry/policy.h"
#include "registry/provisioning_template.h"
#include "registry/registered_certificate.h"
#include "registry/thing.h"
#include "registry/thing_group.h"

namespace gatehouse::registry {

struct PlannedThing {
    std::string logical_name;
    ThingName name;
    std::optional<Texts> attributes;
    std::optional<ThingTypeName> type;
    std::optional<std::vector<ThingGroupName>> groups;
    BillingGroupName billing_group;  // empty: none
    Override on_attributes = Override::DoNothing;
    Override on_type = Override::DoNothing;
    Override on_groups = Override::DoNothing;
    // Where its groups are replaced: those that were found to be left, and were allowed to be.
    // Nothing: whichever it is in.
    std::optional<std::vector<ThingGroupName>> may_leave = std::nullopt;
};

struct PlannedCertificate {
    std::string logical_name;
    CertificateSource source = CertificateSource::Id;
    std::string text;           // a signing request, an id or a certificate, as PEM
    std::string authority_pem;  // empty: not given
    CertificateStatus status = CertificateStatus::Active;
    bool names_status = false;  // the template says which
    std::optional<Override> on_status;
};

struct PlannedPolicy {
    std::string logical_name;
    PolicyName name;
    std::optional<std::string> document;  // none: one that is there
};

struct ProvisioningPlan {
    std::optional<PlannedThing> thing;
    std::optional<PlannedCertificate> certificate;
    std::vector<PlannedPolicy> policies;
    std::string device_configuration;  // a JSON object

    // NotFound: a parameter that has no value; InvalidInput: what comes of one is no name, no
    // attribute, …; TooLarge. With the place.
    static Result<ProvisioningPlan> make(const ProvisioningTemplate& from, const Texts& parameters);
};

}  // namespace gatehouse::registry
