// The settings that an account has one of: with whose key it is encrypted, and what jobs note of
// packages.
// Source: AWS IoT API Reference, the operations of these names.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/describe_encryption_configuration.h"
#include "api/shapes/iot/get_package_configuration.h"
#include "api/shapes/iot/update_encryption_configuration.h"
#include "api/shapes/iot/update_package_configuration.h"
#include "registry/encryption_settings.h"
#include "registry/package_settings.h"

namespace gatehouse::api::iot {

struct DescribeEncryptionConfiguration {
    using Shape = DescribeEncryptionConfigurationShape;

    registry::EncryptionConfigurations& encryption;

    async::Task<wire::Outcome<DescribeEncryptionConfigurationResponse>> handle(
        const Caller& caller, DescribeEncryptionConfigurationRequest request) const;
};

struct UpdateEncryptionConfiguration {
    using Shape = UpdateEncryptionConfigurationShape;

    registry::EncryptionConfigurations& encryption;

    async::Task<wire::Outcome<UpdateEncryptionConfigurationResponse>> handle(
        const Caller& caller, UpdateEncryptionConfigurationRequest request) const;
};

struct GetPackageConfiguration {
    using Shape = GetPackageConfigurationShape;

    registry::PackageConfigurations& packages;

    async::Task<wire::Outcome<GetPackageConfigurationResponse>> handle(
        const Caller& caller, GetPackageConfigurationRequest request) const;
};

struct UpdatePackageConfiguration {
    using Shape = UpdatePackageConfigurationShape;

    registry::PackageConfigurations& packages;

    async::Task<wire::Outcome<UpdatePackageConfigurationResponse>> handle(
        const Caller& caller, UpdatePackageConfigurationRequest request) const;
};

}  // namespace gatehouse::api::iot
