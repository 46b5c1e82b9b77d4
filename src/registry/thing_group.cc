#include "registry/thing_group.h"

#include "base/arn.h"

namespace gatehouse::registry {

std::string ThingGroup::arn() const {
    return arn_of(tenant, name);
}

std::vector<ThingGroupName> ThingGroup::line() const {
    std::vector<ThingGroupName> line = ancestors;
    line.push_back(name);
    return line;
}

std::string arn_of(const Tenant& tenant, const ThingGroupName& name) {
    return make_arn(tenant, "iot", std::string(thing_group_resource) + name.value());
}

}  // namespace gatehouse::registry
