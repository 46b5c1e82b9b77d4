// Which checks an account wants of its audits.
// Source: AWS IoT API Reference, the operations of these names.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/delete_account_audit_configuration.h"
#include "api/shapes/iot/describe_account_audit_configuration.h"
#include "api/shapes/iot/update_account_audit_configuration.h"
#include "audit/configuration.h"

namespace gatehouse::api::iot {

struct DeleteAccountAuditConfiguration {
    using Shape = DeleteAccountAuditConfigurationShape;

    audit::AuditConfigurations& configurations;

    async::Task<wire::Outcome<DeleteAccountAuditConfigurationResponse>> handle(
        const Caller& caller, DeleteAccountAuditConfigurationRequest request) const;
};

struct DescribeAccountAuditConfiguration {
    using Shape = DescribeAccountAuditConfigurationShape;

    audit::AuditConfigurations& configurations;

    async::Task<wire::Outcome<DescribeAccountAuditConfigurationResponse>> handle(
        const Caller& caller, DescribeAccountAuditConfigurationRequest request) const;
};

struct UpdateAccountAuditConfiguration {
    using Shape = UpdateAccountAuditConfigurationShape;

    audit::AuditConfigurations& configurations;

    async::Task<wire::Outcome<UpdateAccountAuditConfigurationResponse>> handle(
        const Caller& caller, UpdateAccountAuditConfigurationRequest request) const;
};

}  // namespace gatehouse::api::iot
