#include "registry/provisioning_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "signature/digest.h"

namespace gatehouse::registry {
namespace {

constexpr std::size_t name_characters_max = 128;
constexpr std::size_t attribute_characters_max = 800;
constexpr std::size_t request_characters_max = 4096;
constexpr std::size_t pem_characters_max = 65'536;

constexpr std::string_view of_names = ":_-";
constexpr std::string_view of_attribute_names = "_.,@/:#-";
constexpr std::string_view of_attribute_values = "_.,@/:#=[]-";
constexpr std::string_view of_policy_names = "_+=,.@-";

bool consists_of(std::string_view text, std::string_view signs) {
    return std::ranges::all_of(text, [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               signs.contains(c);
    });
}

Result<std::string> checked(Result<std::string> made, const std::string& place,
                            std::string_view signs, std::size_t least, std::size_t most) {
    if (!made) return made;
    if (made->size() >= least && made->size() <= most && consists_of(*made, signs)) return made;
    return template_fault(
        place, fmt::format("'{}' has to be {} to {} letters, digits and characters of '{}'",
                           made->substr(0, name_characters_max), least, most, signs));
}

// Works one template out.
class PlanMaker {
public:
    PlanMaker(const ProvisioningTemplate& from, const Texts& parameters)
        : from_(from), evaluation_(parameters, from.mappings) {}

    Result<ProvisioningPlan> make() {
        ProvisioningPlan plan;
        if (from_.thing) {
            auto thing = make_thing(*from_.thing);
            if (!thing) return fail(std::move(thing.error()));
            plan.thing = std::move(*thing);
        }
        if (from_.certificate) {
            auto certificate = make_certificate(*from_.certificate);
            if (!certificate) return fail(std::move(certificate.error()));
            plan.certificate = std::move(*certificate);
        }
        for (const PolicyTemplate& each : from_.policies) {
            auto policy = make_policy(each);
            if (!policy) return fail(std::move(policy.error()));
            plan.policies.push_back(std::move(*policy));
        }
        plan.device_configuration = "{}";
        if (from_.device_configuration) {
            const auto made = evaluation_.document(*from_.device_configuration);
            if (!made) return fail(made.error());
            plan.device_configuration = to_text(*made);
        }
        return plan;
    }

private:
    Result<std::string> name(const TemplateValue& value) {
        return checked(evaluation_.text(value), value.place, of_names, 1, name_characters_max);
    }

    Result<Texts> attributes(const std::vector<std::pair<std::string, TemplateValue>>& from) {
        Texts made;
        for (const auto& [attribute, value] : from) {
            const auto key =
                checked(attribute, value.place, of_attribute_names, 1, name_characters_max);
            if (!key) return fail(key.error());
            auto text = checked(evaluation_.text(value), value.place, of_attribute_values, 0,
                                attribute_characters_max);
            if (!text) return fail(std::move(text.error()));
            made.insert_or_assign(*key, std::move(*text));
        }
        return made;
    }

    Result<std::vector<ThingGroupName>> groups(const TemplateValue& value) {
        const auto names = evaluation_.list(value);
        if (!names) return fail(names.error());
        std::vector<ThingGroupName> made;
        for (const std::string& each : *names) {
            const auto group = checked(each, value.place, of_names, 1, name_characters_max);
            if (!group) return fail(group.error());
            if (std::ranges::count(made, ThingGroupName(*group)) == 0) made.emplace_back(*group);
        }
        return made;
    }

    Result<PlannedThing> make_thing(const ThingTemplate& thing) {
        PlannedThing made{.logical_name = thing.logical_name,
                          .on_attributes = thing.on_attributes,
                          .on_type = thing.on_type,
                          .on_groups = thing.on_groups};
        auto thing_name = name(thing.name);
        if (!thing_name) return fail(std::move(thing_name.error()));
        made.name = ThingName(std::move(*thing_name));
        if (thing.attributes) {
            auto texts = attributes(*thing.attributes);
            if (!texts) return fail(std::move(texts.error()));
            made.attributes = std::move(*texts);
        }
        if (thing.type) {
            auto type = name(*thing.type);
            if (!type) return fail(std::move(type.error()));
            made.type = ThingTypeName(std::move(*type));
        }
        if (thing.groups) {
            auto names = groups(*thing.groups);
            if (!names) return fail(std::move(names.error()));
            made.groups = std::move(*names);
        }
        if (thing.billing_group) {
            auto group = name(*thing.billing_group);
            if (!group) return fail(std::move(group.error()));
            made.billing_group = BillingGroupName(std::move(*group));
        }
        return made;
    }

    // Samples write Active, too.
    Result<CertificateStatus> status(const TemplateValue& value) {
        auto text = evaluation_.text(value);
        if (!text) return fail(std::move(text.error()));
        std::string upper = *text;
        for (char& c : upper) {
            if (c >= 'a' && c <= 'z') c = static_cast<char>(c - ('a' - 'A'));
        }
        if (upper == "ACTIVE") return CertificateStatus::Active;
        if (upper == "INACTIVE") return CertificateStatus::Inactive;
        return template_fault(value.place, fmt::format("'{}' has to be ACTIVE or INACTIVE", *text));
    }

    Result<void> check_certificate_text(const PlannedCertificate& made,
                                        const std::string& place) const {
        const std::size_t most = made.source == CertificateSource::SigningRequest
                                     ? request_characters_max
                                     : pem_characters_max;
        if (made.text.empty() || made.text.size() > most || made.authority_pem.size() > most) {
            return template_fault(place, fmt::format("it has to be 1 to {} characters", most));
        }
        if (made.source != CertificateSource::Id) return {};
        const std::string id = certificate_id_of_text(made.text).value();
        if (id.size() == 64 && id.find_first_not_of("0123456789abcdef") == std::string::npos) {
            return {};
        }
        return template_fault(place, "a certificate's id has to be 64 hexadecimal digits");
    }

    Result<PlannedCertificate> make_certificate(const CertificateTemplate& certificate) {
        PlannedCertificate made{.logical_name = certificate.logical_name,
                                .source = certificate.source,
                                .on_status = certificate.on_status};
        auto text = evaluation_.text(certificate.value);
        if (!text) return fail(std::move(text.error()));
        made.text = std::move(*text);
        if (certificate.authority_pem) {
            auto pem = evaluation_.text(*certificate.authority_pem);
            if (!pem) return fail(std::move(pem.error()));
            made.authority_pem = std::move(*pem);
        }
        if (auto fits = check_certificate_text(made, certificate.value.place); !fits) {
            return fail(std::move(fits.error()));
        }
        if (certificate.status) {
            const auto wanted = status(*certificate.status);
            if (!wanted) return fail(wanted.error());
            made.status = *wanted;
            made.names_status = true;
        }
        return made;
    }

    Result<PlannedPolicy> make_policy(const PolicyTemplate& policy) {
        if (!policy.is_document) {
            auto named = checked(evaluation_.text(policy.value), policy.value.place,
                                 of_policy_names, 1, name_characters_max);
            if (!named) return fail(std::move(named.error()));
            return PlannedPolicy{policy.logical_name, PolicyName(std::move(*named)), std::nullopt};
        }
        auto document = evaluation_.document(policy.value);
        if (!document) return fail(std::move(document.error()));
        std::string text =
            document->is_string() ? std::string(document->get_string()) : to_text(*document);
        PolicyName hash(signature::sha256_hex(text));
        return PlannedPolicy{policy.logical_name, std::move(hash), std::move(text)};
    }

    const ProvisioningTemplate& from_;
    TemplateEvaluation evaluation_;
};

}  // namespace

Result<ProvisioningPlan> ProvisioningPlan::make(const ProvisioningTemplate& from,
                                                const Texts& parameters) {
    Texts filled = parameters;
    for (const TemplateParameter& parameter : from.parameters) {
        if (parameter.fallback) filled.emplace(parameter.name, *parameter.fallback);
        if (!filled.contains(parameter.name)) {
            return fail(ErrorKind::NotFound,
                        fmt::format("parameter '{}' has no value, and no Default", parameter.name),
                        {template_place("Parameters", parameter.name), 0, 0});
        }
    }
    return PlanMaker(from, filled).make();
}

}  // namespace gatehouse::registry
