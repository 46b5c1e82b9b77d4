#include "api/iot/attach_policy.h"
#include "api/iot/attach_principal_policy.h"
#include "api/iot/create_policy.h"
#include "api/iot/create_policy_version.h"
#include "api/iot/delete_policy.h"
#include "api/iot/delete_policy_version.h"
#include "api/iot/detach_policy.h"
#include "api/iot/detach_principal_policy.h"
#include "api/iot/get_effective_policies.h"
#include "api/iot/get_policy.h"
#include "api/iot/get_policy_version.h"
#include "api/iot/list_attached_policies.h"
#include "api/iot/list_policies.h"
#include "api/iot/list_policy_principals.h"
#include "api/iot/list_policy_versions.h"
#include "api/iot/list_principal_policies.h"
#include "api/iot/list_targets_for_policy.h"
#include "api/iot/operations.h"
#include "api/iot/set_default_policy_version.h"
#include "api/iot/test_authorization.h"

namespace gatehouse::api {

void add_policy_operations(Service& service, const IotParts& parts) {
    service.handle(iot::AttachPolicy{parts.policies})
        .handle(iot::AttachPrincipalPolicy{parts.policies})
        .handle(iot::CreatePolicy{parts.policies})
        .handle(iot::CreatePolicyVersion{parts.policies})
        .handle(iot::DeletePolicy{parts.policies})
        .handle(iot::DeletePolicyVersion{parts.policies})
        .handle(iot::DetachPolicy{parts.policies})
        .handle(iot::DetachPrincipalPolicy{parts.policies})
        .handle(iot::GetEffectivePolicies{parts.policies})
        .handle(iot::GetPolicy{parts.policies})
        .handle(iot::GetPolicyVersion{parts.policies})
        .handle(iot::ListAttachedPolicies{parts.policies})
        .handle(iot::ListPolicies{parts.policies})
        .handle(iot::ListPolicyPrincipals{parts.policies})
        .handle(iot::ListPolicyVersions{parts.policies})
        .handle(iot::ListPrincipalPolicies{parts.policies})
        .handle(iot::ListTargetsForPolicy{parts.policies})
        .handle(iot::SetDefaultPolicyVersion{parts.policies})
        .handle(iot::TestAuthorization{parts.policies});
}

}  // namespace gatehouse::api
