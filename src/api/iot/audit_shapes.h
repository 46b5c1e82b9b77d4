// Audits between the API's shapes and the values of module `audit`.
#pragma once

#include <cassert>
#include <optional>
#include <string>

#include "api/shapes/iot/types/audit_finding.h"
#include "api/shapes/iot/types/related_resource.h"
#include "api/shapes/iot/types/resource_identifier.h"
#include "api/wire/failure.h"
#include "audit/resource.h"
#include "audit/task.h"
#include "base/choice.h"

namespace gatehouse::api::iot {

// The same value of an enumeration of the model, found by the name that both have.
template <class Shape, class Value>
Shape shape_named_as(Value value) {
    Shape shape{};
    const bool is_known = from_text(name_of_choice(value), shape);
    assert(is_known);
    return shape;
}
template <class Value, class Shape>
Value value_named_as(Shape shape) {
    return parse_choice<Value>(to_text(shape)).value();
}

ResourceIdentifier shape_of(const audit::ResourceIdentifier& identifier);
RelatedResource related_of(const audit::AuditedResource& resource);
AuditFinding shape_of(const audit::Finding& finding);

// InvalidRequestException: it names no resource, several, or one of a type that no check here is
// about.
wire::Outcome<audit::ResourceIdentifier> identifier_of(const ResourceIdentifier& identifier);
// InvalidRequestException: there is no such check.
wire::Outcome<audit::Check> check_named(const std::string& name);

}  // namespace gatehouse::api::iot
