#include "registry/provisioning_records.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "certificates/certificate_names.h"
#include "registry/ca_certificate_record.h"
#include "registry/persistently.h"
#include "registry/registered_certificate_record.h"

namespace gatehouse::registry {
namespace {

constexpr const char* template_field = "templateBody";
constexpr RecordWords provisioning_ca_words{"CA certificate", "caCertificateId"};

// Parameters that are named otherwise than policies' variables.
struct SubjectParameter {
    std::string_view parameter;
    std::string_view name;  // as in CertificateNames
};

constexpr std::array<SubjectParameter, 7> subject_parameters{{
    {"Country", "Subject.Country"},
    {"Organization", "Subject.Organization"},
    {"OrganizationalUnit", "Subject.OrganizationalUnit"},
    {"DistinguishedNameQualifier", "Subject.DistinguishedNameQualifier"},
    {"StateName", "Subject.State"},
    {"CommonName", "Subject.CommonName"},
    {"SerialNumber", "Subject.SerialNumber"},
}};

// What is wrong with the request itself; and what comes of its parameters.
Refused refused_by_template(const Error& error) {
    const bool is_missing = error.kind == ErrorKind::NotFound;
    return {is_missing ? Refusal::InvalidRequest : Refusal::ResourceRegistrationFailure,
            error.describe(),
            is_missing ? "parameters" : template_field,
            {},
            {}};
}

// A refusal of one of the resources as one of the provisioning.
Refused as_failure(Refused refused) {
    if (refused.refusal == Refusal::ServiceUnavailable ||
        refused.refusal == Refusal::InternalFailure ||
        refused.refusal == Refusal::ConflictingResourceUpdate ||
        refused.refusal == Refusal::ResourceRegistrationFailure) {
        return refused;
    }
    if (refused.refusal == Refusal::VersionConflict) {
        refused.refusal = Refusal::ConflictingResourceUpdate;
        return refused;
    }
    if (refused.refusal != Refusal::InvalidRequest) {
        refused.message = fmt::format("{}: {}", exception_name(refused.refusal), refused.message);
    }
    return {Refusal::ResourceRegistrationFailure,
            std::move(refused.message),
            std::move(refused.field),
            {},
            {}};
}

Outcome<ProvisioningTemplate> read_template(std::string_view body) {
    auto made = ProvisioningTemplate::parse(body);
    if (!made) return refuse(Refusal::InvalidRequest, made.error().describe(), template_field);
    return std::move(*made);
}

Outcome<ProvisioningPlan> make_plan(std::string_view body, const Texts& parameters) {
    const auto made = read_template(body);
    if (!made) return refuse(made.error());
    auto plan = ProvisioningPlan::make(*made, parameters);
    if (!plan) return refuse(refused_by_template(plan.error()));
    return std::move(*plan);
}

Outcome<Stored<CaCertificate>> authority_of(storage::ResourceStore& store,
                                            const RegisteredCertificate& certificate) {
    return read_stored(store, ca_key_of(certificate.tenant, certificate.authority),
                       provisioning_ca_words, decode_ca_certificate);
}

}  // namespace

Outcome<std::string> ProvisioningRecords::issue(const ProvisioningPlan& plan) {
    if (!plan.certificate || plan.certificate->source != CertificateSource::SigningRequest) {
        return std::string();
    }
    auto issued = parts_.authority.issue_device_for_request(plan.certificate->text);
    if (!issued) return refuse(as_failure(refused_by(issued.error())));
    return std::move(issued->certificate_pem);
}

Outcome<Provisioned> ProvisioningRecords::try_provision(const Tenant& tenant,
                                                        const ProvisioningPlan& plan,
                                                        const std::string& issued,
                                                        storage::Batch batch,
                                                        const Beside& beside) {
    auto made = ProvisioningBatch(store_, parts_, tenant, plan, issued).collect(batch);
    if (!made) return made;
    if (beside) beside(batch, *made);
    if (const auto applied = store_.apply(batch); !applied) {
        return refuse(refused_by(applied.error()));
    }
    return made;
}

Outcome<Provisioned> ProvisioningRecords::register_thing(const Tenant& tenant,
                                                         std::string_view template_body,
                                                         const Texts& parameters) {
    const auto plan = make_plan(template_body, parameters);
    if (!plan) return refuse(plan.error());
    return register_thing(tenant, *plan);
}

Outcome<void> ProvisioningRecords::find_groups_left(const Tenant& tenant, ProvisioningPlan& plan) {
    if (!plan.thing) return {};
    auto left = groups_left_by(store_, tenant, *plan.thing);
    if (!left) return refuse(std::move(left.error()));
    plan.thing->may_leave = std::move(*left);
    return {};
}

Outcome<ProvisioningPlan> ProvisioningRecords::plan_registration(const Tenant& tenant,
                                                                 std::string_view template_body,
                                                                 const Texts& parameters) {
    auto plan = make_plan(template_body, parameters);
    if (!plan) return plan;
    if (auto found = find_groups_left(tenant, *plan); !found) {
        return refuse(as_failure(std::move(found.error())));
    }
    return plan;
}

Outcome<Provisioned> ProvisioningRecords::register_thing(const Tenant& tenant,
                                                         const ProvisioningPlan& plan) {
    return register_thing(tenant, plan, {});
}

Outcome<Provisioned> ProvisioningRecords::register_thing(const Tenant& tenant,
                                                         const ProvisioningPlan& plan,
                                                         const Beside& beside) {
    const auto issued = issue(plan);
    if (!issued) return refuse(issued.error());
    auto made = persistently([&] { return try_provision(tenant, plan, *issued, {}, beside); });
    if (!made) return refuse(as_failure(std::move(made.error())));
    return made;
}

Outcome<JustInTimePlan> ProvisioningRecords::plan_for(const RegisteredCertificate& certificate) {
    const auto stored = authority_of(store_, certificate);
    if (!stored) return refuse(stored.error());
    const CaCertificate* const authority = &stored->value;
    if (authority->status != CaStatus::Active ||
        authority->auto_registration != AutoRegistration::Enable) {
        return refuse(Refusal::CertificateState,
                      fmt::format("CA certificate {} is not ACTIVE, or registers no devices: see "
                                  "UpdateCACertificate",
                                  authority->id.view()),
                      "caCertificateId");
    }
    auto plan = make_plan(authority->config.template_body, parameters_of(certificate));
    if (!plan) return refuse(plan.error());
    if (!plan->certificate || plan->certificate->source != CertificateSource::Id ||
        certificate_id_of_text(plan->certificate->text) != certificate.id) {
        return refuse(Refusal::ResourceRegistrationFailure,
                      "the template of the CA certificate is about another certificate than the "
                      "device's: its CertificateId has to be {\"Ref\": "
                      "\"AWS::IoT::Certificate::Id\"}",
                      template_field);
    }
    if (auto found = find_groups_left(certificate.tenant, *plan); !found) {
        return refuse(std::move(found.error()));
    }
    return JustInTimePlan{std::move(*plan), authority->config.role_arn, stored->revision};
}

Outcome<std::optional<JustInTimePlan>> ProvisioningRecords::plan_just_in_time(
    const Tenant& tenant, const CertificateId& id) {
    using Made = std::optional<JustInTimePlan>;
    const auto stored =
        read_stored(store_, key_of(tenant, id), certificate_words, decode_certificate);
    if (!stored) return refuse(as_failure(stored.error()));
    if (stored->value.status != CertificateStatus::PendingActivation) return Made();
    auto plan = plan_for(stored->value);
    if (!plan) return refuse(as_failure(std::move(plan.error())));
    return Made(std::move(*plan));
}

Outcome<std::optional<Provisioned>> ProvisioningRecords::provision_just_in_time(
    const Tenant& tenant, const CertificateId& id, const JustInTimePlan& plan) {
    using Made = std::optional<Provisioned>;
    const auto key = key_of(tenant, id);
    auto made = persistently([&]() -> Outcome<Made> {
        const auto stored = read_stored(store_, key, certificate_words, decode_certificate);
        if (!stored) return refuse(stored.error());
        if (stored->value.status != CertificateStatus::PendingActivation) return Made();
        // Of two at once, one then sees that nothing is left to do.
        storage::Batch batch;
        batch.require(storage::HasRevision{key, stored->revision},
                      changed_meanwhile(certificate_words, id.view()));
        const CertificateId& authority = stored->value.authority;
        batch.require(storage::HasRevision{ca_key_of(tenant, authority), plan.authority_revision},
                      changed_meanwhile(provisioning_ca_words, authority.view()));
        auto provisioned = try_provision(tenant, plan.plan, {}, std::move(batch));
        if (!provisioned) return refuse(std::move(provisioned.error()));
        return Made(std::move(*provisioned));
    });
    if (!made) return refuse(as_failure(std::move(made.error())));
    return made;
}

Texts parameters_of(const RegisteredCertificate& certificate) {
    Texts parameters;
    const auto add = [&](std::string_view name, std::string value) {
        parameters.emplace(fmt::format("{}{}", certificate_parameters, name), std::move(value));
    };
    parameters.emplace(certificate_id_parameter, certificate.id.value());
    const auto facts = certificates::parse_certificate_pem(certificate.pem);
    if (!facts) return parameters;
    const auto names = certificates::names_in(facts->der);
    if (!names) return parameters;
    for (const SubjectParameter& each : subject_parameters) {
        for (const auto& [name, values] : *names) {
            if (name == each.name) add(each.parameter, values.front());
        }
    }
    return parameters;
}

Outcome<void> check_just_in_time_template(std::string_view template_body) {
    const auto made = read_template(template_body);
    if (!made) return refuse(made.error());
    if (const auto fits = made->check_just_in_time(); !fits) {
        return refuse(Refusal::InvalidRequest, fits.error().describe(), template_field);
    }
    return {};
}

Outcome<bool> waits_for_provisioning(storage::ResourceStore& store,
                                     const RegisteredCertificate& certificate) {
    if (certificate.status != CertificateStatus::PendingActivation ||
        certificate.authority.empty()) {
        return false;
    }
    const auto authority = authority_of(store, certificate);
    if (!authority && authority.error().refusal == Refusal::ResourceNotFound) return false;
    if (!authority) return refuse(authority.error());
    return !authority->value.config.template_body.empty();
}

}  // namespace gatehouse::registry
