#include "registry/provisioning_template.h"

#include <fmt/format.h>

#include <algorithm>

namespace gatehouse::registry {
namespace {

constexpr std::size_t template_depth_max = 24;
// As many as may be attached to a certificate.
constexpr std::size_t template_policies_max = 10;

constexpr std::string_view resource_types =
    "AWS::IoT::Thing, AWS::IoT::Certificate and AWS::IoT::Policy";

// A member that has to be an object where it is there; null: it is not.
Result<const json::object*> object_member(const json::object& of, std::string_view name,
                                          const std::string& place) {
    const json::value* value = of.if_contains(name);
    if (value == nullptr) return nullptr;
    if (const auto* object = value->if_object()) return object;
    return template_fault(template_place(place, name),
                          fmt::format("it has to be an object, not {}", kind_name(*value)));
}

Result<TemplateParameter> read_parameter(std::string_view name, const json::value& value) {
    const std::string place = template_place("Parameters", name);
    const auto* object = value.if_object();
    const json::value* type = object == nullptr ? nullptr : object->if_contains("Type");
    if (type == nullptr || *type != "String") {
        return template_fault(
            place, R"(a parameter is an object with the member "Type", which is "String")");
    }
    TemplateParameter parameter{.name = std::string(name), .fallback = {}};
    if (const json::value* fallback = object->if_contains("Default")) {
        const auto* text = fallback->if_string();
        if (text == nullptr) {
            return template_fault(template_place(place, "Default"), "it has to be a text");
        }
        parameter.fallback = std::string(*text);
    }
    return parameter;
}

Result<TemplateResult> read_mapped(const json::value& value, const std::string& place) {
    if (const auto* text = value.if_string()) return std::string(*text);
    const auto* array = value.if_array();
    const auto is_text = [](const json::value& item) { return item.is_string(); };
    if (array == nullptr || !std::ranges::all_of(*array, is_text)) {
        return template_fault(place,
                              "a mapping holds texts and lists of texts; functions and "
                              "other values may not stand in it");
    }
    std::vector<std::string> items;
    for (const json::value& item : *array) items.emplace_back(item.get_string());
    return items;
}

Result<TemplateMappings> read_mappings(const json::object& root) {
    TemplateMappings mappings;
    const auto maps = object_member(root, "Mappings", "");
    if (!maps) return fail(maps.error());
    if (*maps == nullptr) return mappings;
    for (const auto& [map_name, map_value] : **maps) {
        const auto map = object_member(**maps, map_name, "Mappings");
        if (!map) return fail(map.error());
        const std::string map_place = template_place("Mappings", map_name);
        auto& made = mappings[map_name];
        for (const auto& [key, row_value] : **map) {
            const auto row = object_member(**map, key, map_place);
            if (!row) return fail(row.error());
            for (const auto& [name, value] : **row) {
                auto mapped =
                    read_mapped(value, template_place(template_place(map_place, key), name));
                if (!mapped) return fail(std::move(mapped.error()));
                made[key].insert_or_assign(name, std::move(*mapped));
            }
        }
    }
    return mappings;
}

// One resource of the section Resources, as it stands.
struct ResourceText {
    std::string logical_name;
    std::string place;
    const json::object& properties;
    const json::object* overrides;  // null: none
    const TemplateReader& reader;

    std::string property_place(std::string_view name) const {
        return template_place(template_place(place, "Properties"), name);
    }
    Result<std::optional<TemplateValue>> property(
        std::string_view name, ObjectsAllowed objects = ObjectsAllowed::No) const {
        const json::value* value = properties.if_contains(name);
        if (value == nullptr) return std::nullopt;
        auto read = reader.read(*value, property_place(name), objects);
        if (!read) return fail(std::move(read.error()));
        return std::optional(std::move(*read));
    }
    // Reads one into `into`, if it is there.
    Result<void> take(std::string_view name, std::optional<TemplateValue>& into) const {
        auto read = property(name);
        if (!read) return fail(std::move(read.error()));
        into = std::move(*read);
        return {};
    }
    // By either spelling of its key.
    Result<std::optional<Override>> override_of(std::string_view name, std::string_view spelling,
                                                bool may_merge) const {
        if (overrides == nullptr) return std::nullopt;
        const json::value* value = overrides->if_contains(name);
        if (value == nullptr) value = overrides->if_contains(spelling);
        if (value == nullptr) return std::nullopt;
        const auto* text = value->if_string();
        const auto choice =
            text == nullptr ? std::nullopt
                            : parse_choice<Override>(std::string_view(text->data(), text->size()));
        if (choice && (*choice != Override::Merge || may_merge)) return choice;
        return template_fault(template_place(template_place(place, "OverrideSettings"), name),
                              may_merge ? "it is DO_NOTHING, REPLACE, MERGE or FAIL"
                                        : "it is DO_NOTHING, REPLACE or FAIL");
    }
};

using NamedValues = std::vector<std::pair<std::string, TemplateValue>>;

Result<std::optional<NamedValues>> read_attributes(const ResourceText& text) {
    constexpr std::string_view name = "AttributePayload";
    const auto object =
        object_member(text.properties, name, template_place(text.place, "Properties"));
    if (!object) return fail(object.error());
    if (*object == nullptr) return std::nullopt;
    NamedValues attributes;
    for (const auto& [attribute, value] : **object) {
        auto read = text.reader.read(value, template_place(text.property_place(name), attribute));
        if (!read) return fail(std::move(read.error()));
        attributes.emplace_back(attribute, std::move(*read));
    }
    return attributes;
}

Result<void> read_thing_overrides(const ResourceText& text, ThingTemplate& thing) {
    const auto on_attributes = text.override_of("AttributePayload", "ATTRIBUTE_PAYLOAD", true);
    if (!on_attributes) return fail(on_attributes.error());
    const auto on_type = text.override_of("ThingTypeName", "THING_TYPE_NAME", false);
    if (!on_type) return fail(on_type.error());
    const auto on_groups = text.override_of("ThingGroups", "THING_GROUPS", true);
    if (!on_groups) return fail(on_groups.error());
    thing.on_attributes = on_attributes->value_or(Override::DoNothing);
    thing.on_type = on_type->value_or(Override::DoNothing);
    thing.on_groups = on_groups->value_or(Override::DoNothing);
    return {};
}

Result<ThingTemplate> read_thing(const ResourceText& text) {
    ThingTemplate thing{.logical_name = text.logical_name};
    auto name = text.property("ThingName");
    if (!name) return fail(std::move(name.error()));
    if (!*name) return template_fault(text.property_place("ThingName"), "a thing needs a name");
    thing.name = std::move(**name);
    auto attributes = read_attributes(text);
    if (!attributes) return fail(std::move(attributes.error()));
    thing.attributes = std::move(*attributes);
    if (auto taken = text.take("ThingTypeName", thing.type); !taken) return fail(taken.error());
    if (auto taken = text.take("ThingGroups", thing.groups); !taken) return fail(taken.error());
    if (auto taken = text.take("BillingGroup", thing.billing_group); !taken) {
        return fail(taken.error());
    }
    if (thing.groups && (thing.groups->kind == TemplateValue::Kind::Text ||
                         thing.groups->kind == TemplateValue::Kind::Ref)) {
        return template_fault(thing.groups->place, "it has to be a list of names");
    }
    if (auto read = read_thing_overrides(text, thing); !read) return fail(read.error());
    return thing;
}

Result<CertificateTemplate> read_certificate(const ResourceText& text) {
    struct Way {
        std::string_view property;
        CertificateSource source;
    };
    constexpr std::array<Way, 3> ways{{
        {"CertificateSigningRequest", CertificateSource::SigningRequest},
        {"CertificateId", CertificateSource::Id},
        {"CertificatePem", CertificateSource::Pem},
    }};
    CertificateTemplate certificate{.logical_name = text.logical_name};
    std::size_t given = 0;
    for (const Way& way : ways) {
        auto value = text.property(way.property);
        if (!value) return fail(std::move(value.error()));
        if (!*value) continue;
        certificate.source = way.source;
        certificate.value = std::move(**value);
        ++given;
    }
    if (given != 1) {
        return template_fault(template_place(text.place, "Properties"),
                              "a certificate needs one of CertificateSigningRequest, "
                              "CertificateId and CertificatePem");
    }
    if (auto taken = text.take("CACertificatePem", certificate.authority_pem); !taken) {
        return fail(taken.error());
    }
    if (certificate.authority_pem && certificate.source != CertificateSource::Pem) {
        return template_fault(certificate.authority_pem->place,
                              "it goes with CertificatePem alone");
    }
    if (auto taken = text.take("Status", certificate.status); !taken) return fail(taken.error());
    const auto on_status = text.override_of("Status", "STATUS", false);
    if (!on_status) return fail(on_status.error());
    certificate.on_status = *on_status;
    return certificate;
}

Result<PolicyTemplate> read_policy(const ResourceText& text) {
    auto name = text.property("PolicyName");
    if (!name) return fail(std::move(name.error()));
    auto document = text.property("PolicyDocument", ObjectsAllowed::Yes);
    if (!document) return fail(std::move(document.error()));
    if (name->has_value() == document->has_value()) {
        return template_fault(template_place(text.place, "Properties"),
                              "a policy needs a PolicyName or a PolicyDocument, one of them");
    }
    const bool is_document = document->has_value();
    return PolicyTemplate{.logical_name = text.logical_name,
                          .is_document = is_document,
                          .value = std::move(is_document ? **document : **name)};
}

// Adds a resource to the template.
class ResourceReader {
public:
    explicit ResourceReader(ProvisioningTemplate& into) : into_(into) {}

    Result<void> read(const ResourceText& text, std::string_view type) {
        if (type == "AWS::IoT::Thing") return take(read_thing(text), into_.thing, text);
        if (type == "AWS::IoT::Certificate") {
            return take(read_certificate(text), into_.certificate, text);
        }
        if (type != "AWS::IoT::Policy") {
            return template_fault(
                template_place(text.place, "Type"),
                fmt::format("there is no type '{}'; there are {}", type, resource_types));
        }
        auto policy = read_policy(text);
        if (!policy) return fail(std::move(policy.error()));
        if (into_.policies.size() == template_policies_max) {
            return template_fault(text.place,
                                  fmt::format("a certificate has at most {} policies attached",
                                              template_policies_max));
        }
        into_.policies.push_back(std::move(*policy));
        return {};
    }

private:
    template <class Resource>
    Result<void> take(Result<Resource> read, std::optional<Resource>& into,
                      const ResourceText& text) {
        if (!read) return fail(std::move(read.error()));
        if (into) {
            return template_fault(text.place, fmt::format("there is one of its type already: {}",
                                                          into->logical_name));
        }
        into = std::move(*read);
        return {};
    }

    ProvisioningTemplate& into_;
};

Result<void> read_resources(const json::object& root, const TemplateReader& reader,
                            ProvisioningTemplate& into) {
    const auto resources = object_member(root, "Resources", "");
    if (!resources) return fail(resources.error());
    if (*resources == nullptr || (*resources)->empty()) {
        return template_fault("Resources",
                              fmt::format("a template needs resources: {}", resource_types));
    }
    for (const auto& [name, value] : **resources) {
        const auto resource = object_member(**resources, name, "Resources");
        if (!resource) return fail(resource.error());
        const std::string place = template_place("Resources", name);
        const json::value* type = (*resource)->if_contains("Type");
        if (type == nullptr || !type->is_string()) {
            return template_fault(template_place(place, "Type"),
                                  fmt::format("a resource needs a type: {}", resource_types));
        }
        const auto properties = object_member(**resource, "Properties", place);
        if (!properties) return fail(properties.error());
        if (*properties == nullptr) {
            return template_fault(template_place(place, "Properties"), "a resource needs them");
        }
        const auto overrides = object_member(**resource, "OverrideSettings", place);
        if (!overrides) return fail(overrides.error());
        const ResourceText text{std::string(name), place, **properties, *overrides, reader};
        if (auto read = ResourceReader(into).read(text, type->get_string()); !read) return read;
    }
    if (!into.policies.empty() && !into.certificate) {
        return template_fault(template_place("Resources", into.policies.front().logical_name),
                              "a policy is attached to the template's certificate, and there is "
                              "none; add an AWS::IoT::Certificate");
    }
    return {};
}

Result<void> read_parameters(const json::object& root, ProvisioningTemplate& into,
                             std::set<std::string>& names) {
    const auto parameters = object_member(root, "Parameters", "");
    if (!parameters) return fail(parameters.error());
    if (*parameters == nullptr) return {};
    for (const auto& [name, value] : **parameters) {
        auto parameter = read_parameter(name, value);
        if (!parameter) return fail(std::move(parameter.error()));
        names.insert(parameter->name);
        into.parameters.push_back(std::move(*parameter));
    }
    return {};
}

}  // namespace

Result<ProvisioningTemplate> ProvisioningTemplate::parse(std::string_view body) {
    if (body.size() > template_bytes_max) {
        return fail(ErrorKind::TooLarge,
                    fmt::format("a provisioning template has at most {} bytes, not {}",
                                template_bytes_max, body.size()));
    }
    const auto value =
        parse_json(body, "the provisioning template",
                   {.depth_max = template_depth_max, .bytes_max = template_bytes_max});
    if (!value) return fail(value.error());
    const auto* root = value->if_object();
    if (root == nullptr) {
        return template_fault(
            "", fmt::format("a provisioning template is an object, not {}", kind_name(*value)));
    }
    ProvisioningTemplate made;
    std::set<std::string> names;
    if (auto read = read_parameters(*root, made, names); !read) return fail(read.error());
    auto mappings = read_mappings(*root);
    if (!mappings) return fail(std::move(mappings.error()));
    made.mappings = std::move(*mappings);
    const TemplateReader reader(names, made.mappings);
    if (auto read = read_resources(*root, reader, made); !read) return fail(read.error());
    const auto configuration = object_member(*root, "DeviceConfiguration", "");
    if (!configuration) return fail(configuration.error());
    if (*configuration != nullptr) {
        auto read = reader.read(root->at("DeviceConfiguration"), "DeviceConfiguration",
                                ObjectsAllowed::Yes);
        if (!read) return fail(std::move(read.error()));
        made.device_configuration = std::move(*read);
    }
    return made;
}

Result<void> ProvisioningTemplate::check_just_in_time() const {
    if (certificate && certificate->source == CertificateSource::Id &&
        certificate->value.kind == TemplateValue::Kind::Ref &&
        certificate->value.text == certificate_id_parameter) {
        return {};
    }
    return template_fault(
        certificate ? certificate->value.place : "Resources",
        "devices that are provisioned just in time bring their certificate: the template needs a "
        R"(resource of type AWS::IoT::Certificate with "CertificateId": {"Ref": )"
        R"("AWS::IoT::Certificate::Id"})");
}

}  // namespace gatehouse::registry
