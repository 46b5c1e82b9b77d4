#include "registry/authorizer.h"

#include "base/arn.h"

namespace gatehouse::registry {

std::string Authorizer::arn() const {
    return make_arn(tenant, "iot", "authorizer/" + name.value());
}

}  // namespace gatehouse::registry
