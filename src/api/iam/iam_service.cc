#include "api/iam/iam_service.h"

#include "api/iam/absent_credentials.h"
#include "api/iam/access_key_operations.h"
#include "api/iam/errors.h"
#include "api/iam/group_operations.h"
#include "api/iam/identity_operations.h"
#include "api/iam/list_account_aliases.h"
#include "api/iam/managed_policy_operations.h"
#include "api/iam/permissions.h"
#include "api/iam/role_operations.h"
#include "api/iam/tag_operations.h"
#include "api/iam/user_operations.h"
#include "api/shapes/iam/model.h"

namespace gatehouse::api {
namespace {

// Documents of 10 KB, each of whose characters may take three in a form, and tags.
constexpr std::size_t iam_body_bytes_max = 256 * 1024;

void serve_users(Service& service, const iam::IamAccess& access) {
    service.handle(iam::AttachUserPolicy{access})
        .handle(iam::CreateAccessKey{access})
        .handle(iam::CreateUser{access})
        .handle(iam::DeleteAccessKey{access})
        .handle(iam::DeleteLoginProfile{access})
        .handle(iam::DeleteUser{access})
        .handle(iam::DeleteUserPolicy{access})
        .handle(iam::DetachUserPolicy{access})
        .handle(iam::GetAccessKeyLastUsed{access})
        .handle(iam::GetLoginProfile{access})
        .handle(iam::GetUser{access})
        .handle(iam::GetUserPolicy{access})
        .handle(iam::ListAccessKeys{access})
        .handle(iam::ListAttachedUserPolicies{access})
        .handle(iam::ListMFADevices{access})
        .handle(iam::ListSSHPublicKeys{access})
        .handle(iam::ListServiceSpecificCredentials{access})
        .handle(iam::ListSigningCertificates{access})
        .handle(iam::ListUserPolicies{access})
        .handle(iam::ListUserTags{access})
        .handle(iam::ListUsers{access})
        .handle(iam::ListVirtualMFADevices{access})
        .handle(iam::PutUserPolicy{access})
        .handle(iam::TagUser{access})
        .handle(iam::UntagUser{access})
        .handle(iam::UpdateAccessKey{access})
        .handle(iam::UpdateUser{access});
}

void serve_groups(Service& service, const iam::IamAccess& access) {
    service.handle(iam::AddUserToGroup{access})
        .handle(iam::AttachGroupPolicy{access})
        .handle(iam::CreateGroup{access})
        .handle(iam::DeleteGroup{access})
        .handle(iam::DeleteGroupPolicy{access})
        .handle(iam::DetachGroupPolicy{access})
        .handle(iam::GetGroup{access})
        .handle(iam::GetGroupPolicy{access})
        .handle(iam::ListAttachedGroupPolicies{access})
        .handle(iam::ListGroupPolicies{access})
        .handle(iam::ListGroups{access})
        .handle(iam::ListGroupsForUser{access})
        .handle(iam::PutGroupPolicy{access})
        .handle(iam::RemoveUserFromGroup{access})
        .handle(iam::UpdateGroup{access});
}

void serve_roles(Service& service, const iam::IamAccess& access) {
    service.handle(iam::AttachRolePolicy{access})
        .handle(iam::CreateRole{access})
        .handle(iam::DeleteRole{access})
        .handle(iam::DeleteRolePolicy{access})
        .handle(iam::DetachRolePolicy{access})
        .handle(iam::GetRole{access})
        .handle(iam::GetRolePolicy{access})
        .handle(iam::ListAttachedRolePolicies{access})
        .handle(iam::ListInstanceProfilesForRole{access})
        .handle(iam::ListRolePolicies{access})
        .handle(iam::ListRoleTags{access})
        .handle(iam::ListRoles{access})
        .handle(iam::PutRolePolicy{access})
        .handle(iam::TagRole{access})
        .handle(iam::UntagRole{access})
        .handle(iam::UpdateAssumeRolePolicy{access})
        .handle(iam::UpdateRole{access})
        .handle(iam::UpdateRoleDescription{access});
}

void serve_policies(Service& service, const iam::IamAccess& access) {
    service.handle(iam::CreatePolicy{access})
        .handle(iam::CreatePolicyVersion{access})
        .handle(iam::DeletePolicy{access})
        .handle(iam::DeletePolicyVersion{access})
        .handle(iam::GetPolicy{access})
        .handle(iam::GetPolicyVersion{access})
        .handle(iam::ListAccountAliases{access})
        .handle(iam::ListEntitiesForPolicy{access})
        .handle(iam::ListPolicies{access})
        .handle(iam::ListPolicyTags{access})
        .handle(iam::ListPolicyVersions{access})
        .handle(iam::SetDefaultPolicyVersion{access})
        .handle(iam::TagPolicy{access})
        .handle(iam::UntagPolicy{access});
}

}  // namespace

Service make_iam_service(const iam::IamAccess& access) {
    Service service(iam::model(), iam::error_table(), iam_body_bytes_max);
    service.needs(&iam::permission_of);
    serve_users(service, access);
    serve_groups(service, access);
    serve_roles(service, access);
    serve_policies(service, access);
    return service;
}

}  // namespace gatehouse::api
