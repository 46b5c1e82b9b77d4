#include "audit/resource.h"

namespace gatehouse::audit {

json::object encode(const ResourceIdentifier& identifier) {
    return {{"type", name_of_choice(identifier.type)},
            {"id", identifier.id},
            {"version", identifier.version}};
}

json::object encode(const AuditedResource& resource) {
    json::object object = encode(resource.identifier);
    object["additional"] = registry::to_object(resource.additional);
    return object;
}

ResourceIdentifier decode_resource_identifier(const json::value& value,
                                              registry::RecordReader& reader) {
    if (!value.is_object()) {
        reader.note(false);
        return {};
    }
    registry::RecordReader own(value.get_object());
    const auto type = parse_choice<ResourceType>(own.text("type"));
    ResourceIdentifier identifier{.type = type.value_or(ResourceType::AccountSettings),
                                  .id = own.text("id"),
                                  .version = own.text("version")};
    reader.note(type.has_value() && own.is_whole());
    return identifier;
}

AuditedResource decode_resource(const json::value& value, registry::RecordReader& reader) {
    AuditedResource resource{.identifier = decode_resource_identifier(value, reader),
                             .additional = {}};
    if (!value.is_object()) return resource;
    registry::RecordReader own(value.get_object());
    resource.additional = own.texts("additional");
    reader.note(own.is_whole());
    return resource;
}

}  // namespace gatehouse::audit
