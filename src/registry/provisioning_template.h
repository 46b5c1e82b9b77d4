// A provisioning template: which thing, certificate and policies a device is to have, said with
// parameters.
//
// Source: AWS IoT Developer Guide, "Provisioning templates", "Just-in-time provisioning".
// Deliberate differences: both spellings of the keys of OverrideSettings count, as do all functions
// in all kinds of templates. Unknown members are ignored, as AWS adds new ones.
//
// Pure; threads: any.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/choice.h"
#include "registry/provisioning_template_functions.h"
#include "registry/registered_certificate.h"

namespace gatehouse::registry {

inline constexpr std::size_t template_bytes_max = 10'240;
// What the service tells of a device's certificate begins with this.
inline constexpr std::string_view certificate_parameters = "AWS::IoT::Certificate::";
inline constexpr std::string_view certificate_id_parameter = "AWS::IoT::Certificate::Id";

// What becomes of something that is there already, and is otherwise than the template says.
enum class Override : std::uint8_t {
    DoNothing,
    Replace,
    Fail,
    Merge,  // of attributes and groups alone
};

struct TemplateParameter {
    std::string name;
    std::optional<std::string> fallback;  // its Default
};

struct ThingTemplate {
    std::string logical_name;
    TemplateValue name;
    std::optional<std::vector<std::pair<std::string, TemplateValue>>> attributes;
    std::optional<TemplateValue> type;
    std::optional<TemplateValue> groups;  // a list
    std::optional<TemplateValue> billing_group;
    Override on_attributes = Override::DoNothing;
    Override on_type = Override::DoNothing;
    Override on_groups = Override::DoNothing;
};

// How a template says which certificate.
enum class CertificateSource : std::uint8_t {
    SigningRequest,  // issued for it
    Id,              // registered already
    Pem,             // registered, if it is not yet
};

struct CertificateTemplate {
    std::string logical_name;
    CertificateSource source = CertificateSource::Id;
    TemplateValue value;
    std::optional<TemplateValue> authority_pem;  // beside Pem
    std::optional<TemplateValue> status;
    std::optional<Override> on_status;
};

struct PolicyTemplate {
    std::string logical_name;
    bool is_document = false;
    TemplateValue value;  // a name, or a document as text or object
};

struct ProvisioningTemplate {
    std::vector<TemplateParameter> parameters;
    TemplateMappings mappings;
    std::optional<ThingTemplate> thing;
    std::optional<CertificateTemplate> certificate;
    std::vector<PolicyTemplate> policies;  // none without a certificate
    // What fleet provisioning hands to the device: an object.
    std::optional<TemplateValue> device_configuration;

    // InvalidInput with the place, TooLarge.
    static Result<ProvisioningTemplate> parse(std::string_view body);
    // Whether it can serve devices whose certificate is there already: it names it by the parameter
    // AWS::IoT::Certificate::Id. InvalidInput.
    Result<void> check_just_in_time() const;
};

}  // namespace gatehouse::registry

template <>
struct gatehouse::ChoiceNames<gatehouse::registry::Override> {
    static constexpr std::array<std::string_view, 4> names{"DO_NOTHING", "REPLACE", "FAIL",
                                                           "MERGE"};
};
