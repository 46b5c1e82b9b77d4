// What a finding is about: a resource by its identifier, as the API's ResourceIdentifier has it.
// Source: AWS IoT API Reference, ResourceIdentifier, NonCompliantResource, RelatedResource.
#pragma once

#include <compare>
#include <string>

#include "audit/check.h"
#include "base/json.h"
#include "registry/record_reader.h"
#include "registry/texts.h"

namespace gatehouse::audit {

struct ResourceIdentifier {
    ResourceType type = ResourceType::AccountSettings;
    // By type: the certificate's id, the policy's name, the account, the role alias's ARN, the
    // role's ARN, the client id, the identity pool's id.
    std::string id;
    std::string version;  // of a policy; else empty

    auto operator<=>(const ResourceIdentifier&) const = default;
    bool operator==(const ResourceIdentifier&) const = default;
};

struct AuditedResource {
    ResourceIdentifier identifier;
    registry::Texts additional;  // {"EXPIRATION_TIME": "1582862626000"}

    bool operator==(const AuditedResource&) const = default;
};

// As JSON on disk.
json::object encode(const ResourceIdentifier& identifier);
json::object encode(const AuditedResource& resource);
// `reader`, of what the value is in, is told when it is none.
ResourceIdentifier decode_resource_identifier(const json::value& value,
                                              registry::RecordReader& reader);
AuditedResource decode_resource(const json::value& value, registry::RecordReader& reader);

}  // namespace gatehouse::audit
