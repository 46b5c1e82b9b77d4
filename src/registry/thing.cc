#include "registry/thing.h"

#include "base/arn.h"

namespace gatehouse::registry {

std::string Thing::arn() const {
    return arn_of(tenant, name);
}

std::string arn_of(const Tenant& tenant, const ThingName& name) {
    return make_arn(tenant, "iot", "thing/" + name.value());
}

}  // namespace gatehouse::registry
