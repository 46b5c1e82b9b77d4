#include "api/gatehouse/permissions.h"

#include <string>
#include <utility>

#include "api/gatehouse/device_kit.h"
#include "base/arn.h"

namespace gatehouse::api::gatehouse {
namespace {

// ConnectDevice makes, or makes use of, all of these. What the certificate's id will be nobody
// knows yet: who attaches policies has to be allowed to with any.
void add_device(Permission& permission, const Tenant& tenant, const std::string& name,
                bool is_renewal) {
    const std::string thing = make_arn(tenant, "iot", "thing/" + name);
    const std::string policy = make_arn(tenant, "iot", "policy/" + kit_policy_name(name));
    const auto also = [&](std::string action, std::string resource) {
        permission.besides.push_back(
            {.action = std::move(action), .resources = {std::move(resource)}});
    };
    permission.resources = {thing};
    if (is_renewal) {
        // The answer names the earlier certificates and holds the policy.
        also("iot:ListThingPrincipals", thing);
        also("iot:GetPolicy", policy);
    } else {
        also("iot:CreateThing", thing);
    }
    also("iot:CreateKeysAndCertificate", "*");
    also("iot:CreatePolicy", policy);  // of a renewal, too, which makes one that is missing
    also("iot:AttachPolicy", make_arn(tenant, "iot", "cert/*"));
    also("iot:AttachThingPrincipal", make_arn(tenant, "iot", "cert/*"));
}

}  // namespace

Permission permission_of(const Caller& caller, std::string_view operation,
                         const RequestNames& names) {
    Permission permission{.action = "gatehouse:" + std::string(operation), .resources = {"*"}};
    if (operation == "ConnectDevice") {
        add_device(permission, caller.tenant, names.label("thingName").value_or(""),
                   names.is_true_in_body("renew"));
    }
    return permission;
}

}  // namespace gatehouse::api::gatehouse
