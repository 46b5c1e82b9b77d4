// Certificate providers: functions that sign what CreateCertificateFromCsr is given.
// Source: AWS IoT API Reference, the operations of these names.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/create_certificate_provider.h"
#include "api/shapes/iot/delete_certificate_provider.h"
#include "api/shapes/iot/describe_certificate_provider.h"
#include "api/shapes/iot/list_certificate_providers.h"
#include "api/shapes/iot/update_certificate_provider.h"
#include "registry/certificate_provider_records.h"

namespace gatehouse::api::iot {

struct CreateCertificateProvider {
    using Shape = CreateCertificateProviderShape;

    registry::CertificateProviders& providers;

    async::Task<wire::Outcome<CreateCertificateProviderResponse>> handle(
        const Caller& caller, CreateCertificateProviderRequest request) const;
};

struct DeleteCertificateProvider {
    using Shape = DeleteCertificateProviderShape;

    registry::CertificateProviders& providers;

    async::Task<wire::Outcome<DeleteCertificateProviderResponse>> handle(
        const Caller& caller, DeleteCertificateProviderRequest request) const;
};

struct DescribeCertificateProvider {
    using Shape = DescribeCertificateProviderShape;

    registry::CertificateProviders& providers;

    async::Task<wire::Outcome<DescribeCertificateProviderResponse>> handle(
        const Caller& caller, DescribeCertificateProviderRequest request) const;
};

struct ListCertificateProviders {
    using Shape = ListCertificateProvidersShape;

    registry::CertificateProviders& providers;

    async::Task<wire::Outcome<ListCertificateProvidersResponse>> handle(
        const Caller& caller, ListCertificateProvidersRequest request) const;
};

struct UpdateCertificateProvider {
    using Shape = UpdateCertificateProviderShape;

    registry::CertificateProviders& providers;

    async::Task<wire::Outcome<UpdateCertificateProviderResponse>> handle(
        const Caller& caller, UpdateCertificateProviderRequest request) const;
};

}  // namespace gatehouse::api::iot
