#include "registry/authorizer.h"

#include <fmt/format.h>

#include "base/arn.h"

namespace gatehouse::registry {

std::string Authorizer::arn() const {
    return make_arn(tenant, "iot", "authorizer/" + name.value());
}

FunctionArn declared_arn(const Tenant& tenant, AuthorizerKind kind, const AuthorizerName& name) {
    return FunctionArn(make_arn(
        tenant, "gatehouse", fmt::format("{}-authorizer/{}", name_of_choice(kind), name.view())));
}

}  // namespace gatehouse::registry
