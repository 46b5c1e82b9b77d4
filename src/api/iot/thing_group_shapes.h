// Thing groups between the API's shapes and the registry's values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "api/shapes/iot/create_dynamic_thing_group.h"
#include "api/shapes/iot/create_thing_group.h"
#include "api/shapes/iot/types/group_name_and_arn.h"
#include "api/shapes/iot/types/thing_group_metadata.h"
#include "api/shapes/iot/types/thing_group_properties.h"
#include "api/wire/failure.h"
#include "registry/membership_records.h"
#include "registry/thing_group.h"

namespace gatehouse::api::iot {

wire::Outcome<registry::NewThingGroup> new_group_of(CreateThingGroupRequest request);
wire::Outcome<registry::NewThingGroup> new_group_of(CreateDynamicThingGroupRequest request);
registry::ThingGroupChange change_of(ThingGroupProperties properties,
                                     std::optional<std::int64_t> expected_version);
ThingGroupProperties properties_of(const registry::ThingGroup& group);
ThingGroupMetadata metadata_of(const registry::ThingGroup& group);
// Of overrideDynamicGroups.
registry::MembershipChange::AtTheLimit limit_of(std::optional<bool> overrides);
GroupNameAndArn shape_of(const Tenant& tenant, const registry::ThingGroupName& name);
std::vector<registry::ThingGroupName> group_names_of(std::optional<std::vector<std::string>> names);

}  // namespace gatehouse::api::iot
