#include "api/iot/iot_service.h"

#include "api/iot/accept_certificate_transfer.h"
#include "api/iot/add_thing_to_billing_group.h"
#include "api/iot/add_thing_to_thing_group.h"
#include "api/iot/attach_policy.h"
#include "api/iot/attach_principal_policy.h"
#include "api/iot/attach_thing_principal.h"
#include "api/iot/cancel_certificate_transfer.h"
#include "api/iot/clear_default_authorizer.h"
#include "api/iot/create_authorizer.h"
#include "api/iot/create_billing_group.h"
#include "api/iot/create_certificate_from_csr.h"
#include "api/iot/create_keys_and_certificate.h"
#include "api/iot/create_policy.h"
#include "api/iot/create_policy_version.h"
#include "api/iot/create_role_alias.h"
#include "api/iot/create_thing.h"
#include "api/iot/create_thing_group.h"
#include "api/iot/create_thing_type.h"
#include "api/iot/delete_authorizer.h"
#include "api/iot/delete_billing_group.h"
#include "api/iot/delete_ca_certificate.h"
#include "api/iot/delete_certificate.h"
#include "api/iot/delete_policy.h"
#include "api/iot/delete_policy_version.h"
#include "api/iot/delete_registration_code.h"
#include "api/iot/delete_role_alias.h"
#include "api/iot/delete_thing.h"
#include "api/iot/delete_thing_group.h"
#include "api/iot/delete_thing_type.h"
#include "api/iot/delete_v2_logging_level.h"
#include "api/iot/deprecate_thing_type.h"
#include "api/iot/describe_authorizer.h"
#include "api/iot/describe_billing_group.h"
#include "api/iot/describe_ca_certificate.h"
#include "api/iot/describe_certificate.h"
#include "api/iot/describe_default_authorizer.h"
#include "api/iot/describe_endpoint.h"
#include "api/iot/describe_event_configurations.h"
#include "api/iot/describe_role_alias.h"
#include "api/iot/describe_thing.h"
#include "api/iot/describe_thing_group.h"
#include "api/iot/describe_thing_type.h"
#include "api/iot/detach_policy.h"
#include "api/iot/detach_principal_policy.h"
#include "api/iot/detach_thing_principal.h"
#include "api/iot/errors.h"
#include "api/iot/get_effective_policies.h"
#include "api/iot/get_logging_options.h"
#include "api/iot/get_policy.h"
#include "api/iot/get_policy_version.h"
#include "api/iot/get_registration_code.h"
#include "api/iot/get_v2_logging_options.h"
#include "api/iot/list_attached_policies.h"
#include "api/iot/list_authorizers.h"
#include "api/iot/list_billing_groups.h"
#include "api/iot/list_ca_certificates.h"
#include "api/iot/list_certificates.h"
#include "api/iot/list_certificates_by_ca.h"
#include "api/iot/list_outgoing_certificates.h"
#include "api/iot/list_policies.h"
#include "api/iot/list_policy_principals.h"
#include "api/iot/list_policy_versions.h"
#include "api/iot/list_principal_policies.h"
#include "api/iot/list_principal_things.h"
#include "api/iot/list_principal_things_v2.h"
#include "api/iot/list_role_aliases.h"
#include "api/iot/list_tags_for_resource.h"
#include "api/iot/list_targets_for_policy.h"
#include "api/iot/list_thing_groups.h"
#include "api/iot/list_thing_groups_for_thing.h"
#include "api/iot/list_thing_principals.h"
#include "api/iot/list_thing_principals_v2.h"
#include "api/iot/list_thing_types.h"
#include "api/iot/list_things.h"
#include "api/iot/list_things_in_billing_group.h"
#include "api/iot/list_things_in_thing_group.h"
#include "api/iot/list_v2_logging_levels.h"
#include "api/iot/permissions.h"
#include "api/iot/register_ca_certificate.h"
#include "api/iot/register_certificate.h"
#include "api/iot/register_certificate_without_ca.h"
#include "api/iot/reject_certificate_transfer.h"
#include "api/iot/remove_thing_from_billing_group.h"
#include "api/iot/remove_thing_from_thing_group.h"
#include "api/iot/set_default_authorizer.h"
#include "api/iot/set_default_policy_version.h"
#include "api/iot/set_logging_options.h"
#include "api/iot/set_v2_logging_level.h"
#include "api/iot/set_v2_logging_options.h"
#include "api/iot/tag_resource.h"
#include "api/iot/test_authorization.h"
#include "api/iot/test_invoke_authorizer.h"
#include "api/iot/transfer_certificate.h"
#include "api/iot/untag_resource.h"
#include "api/iot/update_authorizer.h"
#include "api/iot/update_billing_group.h"
#include "api/iot/update_ca_certificate.h"
#include "api/iot/update_certificate.h"
#include "api/iot/update_event_configurations.h"
#include "api/iot/update_role_alias.h"
#include "api/iot/update_thing.h"
#include "api/iot/update_thing_group.h"
#include "api/iot/update_thing_groups_for_thing.h"
#include "api/iot/update_thing_type.h"
#include "api/shapes/iot/model.h"

namespace gatehouse::api {
namespace {

// The largest legal request is an authorizer with twenty signing keys of 5,120 characters.
constexpr std::size_t body_bytes_max = 1024 * 1024;

void serve_account(Service& service, const IotParts& parts) {
    service.handle(iot::DeleteV2LoggingLevel{parts.logging})
        .handle(iot::DescribeEndpoint{parts.endpoint_names})
        .handle(iot::GetLoggingOptions{parts.logging})
        .handle(iot::GetV2LoggingOptions{parts.logging})
        .handle(iot::ListV2LoggingLevels{parts.logging})
        .handle(iot::SetLoggingOptions{parts.logging})
        .handle(iot::SetV2LoggingLevel{parts.logging})
        .handle(iot::SetV2LoggingOptions{parts.logging})
        .handle(iot::TestInvokeAuthorizer{parts.custom_authorizer});
}

void serve_authorizers(Service& service, const IotParts& parts) {
    service.handle(iot::ClearDefaultAuthorizer{parts.authorizers})
        .handle(iot::CreateAuthorizer{parts.authorizers})
        .handle(iot::DeleteAuthorizer{parts.authorizers})
        .handle(iot::DescribeAuthorizer{parts.authorizers})
        .handle(iot::DescribeDefaultAuthorizer{parts.authorizers})
        .handle(iot::ListAuthorizers{parts.authorizers})
        .handle(iot::SetDefaultAuthorizer{parts.authorizers})
        .handle(iot::UpdateAuthorizer{parts.authorizers});
}

void serve_certificates(Service& service, const IotParts& parts) {
    service
        .handle(iot::CreateCertificateFromCsr{parts.certificates, parts.authority, parts.workers})
        .handle(iot::CreateKeysAndCertificate{parts.certificates, parts.authority, parts.workers})
        .handle(iot::DeleteCertificate{parts.certificates})
        .handle(iot::DescribeCertificate{parts.certificates})
        .handle(iot::ListCertificates{parts.certificates})
        .handle(iot::ListCertificatesByCA{parts.certificates})
        .handle(iot::RegisterCertificate{parts.certificates})
        .handle(iot::RegisterCertificateWithoutCA{parts.certificates})
        .handle(iot::UpdateCertificate{parts.certificates});
}

void serve_ca_certificates(Service& service, const IotParts& parts) {
    service.handle(iot::DeleteCACertificate{parts.ca_certificates})
        .handle(iot::DeleteRegistrationCode{parts.ca_certificates})
        .handle(iot::DescribeCACertificate{parts.ca_certificates})
        .handle(iot::GetRegistrationCode{parts.ca_certificates})
        .handle(iot::ListCACertificates{parts.ca_certificates})
        .handle(iot::RegisterCACertificate{parts.ca_certificates})
        .handle(iot::UpdateCACertificate{parts.ca_certificates});
}

void serve_transfers(Service& service, const IotParts& parts) {
    service.handle(iot::AcceptCertificateTransfer{parts.transfers})
        .handle(iot::CancelCertificateTransfer{parts.transfers})
        .handle(iot::ListOutgoingCertificates{parts.transfers})
        .handle(iot::RejectCertificateTransfer{parts.transfers})
        .handle(iot::TransferCertificate{parts.transfers});
}

void serve_policies(Service& service, const IotParts& parts) {
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

void serve_thing_types(Service& service, const IotParts& parts) {
    service.handle(iot::CreateThingType{parts.thing_types})
        .handle(iot::DeleteThingType{parts.thing_types})
        .handle(iot::DeprecateThingType{parts.thing_types})
        .handle(iot::DescribeThingType{parts.thing_types})
        .handle(iot::ListThingTypes{parts.thing_types})
        .handle(iot::UpdateThingType{parts.thing_types});
}

void serve_things(Service& service, const IotParts& parts) {
    service.handle(iot::AttachThingPrincipal{parts.things})
        .handle(iot::CreateThing{parts.things})
        .handle(iot::DeleteThing{parts.things})
        .handle(iot::DescribeThing{parts.things})
        .handle(iot::DetachThingPrincipal{parts.things})
        .handle(iot::ListPrincipalThings{parts.things})
        .handle(iot::ListPrincipalThingsV2{parts.things})
        .handle(iot::ListThingPrincipals{parts.things})
        .handle(iot::ListThingPrincipalsV2{parts.things})
        .handle(iot::ListThings{parts.things})
        .handle(iot::UpdateThing{parts.things});
}

void serve_tags(Service& service, const IotParts& parts) {
    service.handle(iot::ListTagsForResource{parts.tags})
        .handle(iot::TagResource{parts.tags})
        .handle(iot::UntagResource{parts.tags});
}

void serve_groups(Service& service, const IotParts& parts) {
    service.handle(iot::AddThingToThingGroup{parts.memberships})
        .handle(iot::CreateThingGroup{parts.thing_groups})
        .handle(iot::DeleteThingGroup{parts.thing_groups})
        .handle(iot::DescribeThingGroup{parts.thing_groups})
        .handle(iot::ListThingGroups{parts.thing_groups})
        .handle(iot::ListThingGroupsForThing{parts.memberships})
        .handle(iot::ListThingsInThingGroup{parts.memberships})
        .handle(iot::RemoveThingFromThingGroup{parts.memberships})
        .handle(iot::UpdateThingGroup{parts.thing_groups})
        .handle(iot::UpdateThingGroupsForThing{parts.memberships});
}

void serve_billing_groups(Service& service, const IotParts& parts) {
    service.handle(iot::AddThingToBillingGroup{parts.billing_groups})
        .handle(iot::CreateBillingGroup{parts.billing_groups})
        .handle(iot::DeleteBillingGroup{parts.billing_groups})
        .handle(iot::DescribeBillingGroup{parts.billing_groups})
        .handle(iot::ListBillingGroups{parts.billing_groups})
        .handle(iot::ListThingsInBillingGroup{parts.billing_groups})
        .handle(iot::RemoveThingFromBillingGroup{parts.billing_groups})
        .handle(iot::UpdateBillingGroup{parts.billing_groups});
}

void serve_role_aliases(Service& service, const IotParts& parts) {
    service.handle(iot::CreateRoleAlias{parts.role_aliases})
        .handle(iot::DeleteRoleAlias{parts.role_aliases})
        .handle(iot::DescribeRoleAlias{parts.role_aliases})
        .handle(iot::ListRoleAliases{parts.role_aliases})
        .handle(iot::UpdateRoleAlias{parts.role_aliases});
}

void serve_events(Service& service, const IotParts& parts) {
    service.handle(iot::DescribeEventConfigurations{parts.events})
        .handle(iot::UpdateEventConfigurations{parts.events});
}

}  // namespace

Service make_iot_service(const IotParts& parts) {
    Service service(iot::model(), iot::error_table(), body_bytes_max);
    service.needs(&iot::permission_of);
    serve_account(service, parts);
    serve_authorizers(service, parts);
    serve_certificates(service, parts);
    serve_ca_certificates(service, parts);
    serve_transfers(service, parts);
    serve_policies(service, parts);
    serve_thing_types(service, parts);
    serve_things(service, parts);
    serve_tags(service, parts);
    serve_groups(service, parts);
    serve_billing_groups(service, parts);
    serve_role_aliases(service, parts);
    serve_events(service, parts);
    return service;
}

}  // namespace gatehouse::api
