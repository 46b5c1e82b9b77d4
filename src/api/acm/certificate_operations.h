// Imported server certificates.
// Source: AWS Certificate Manager API Reference, the operations of the same names.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/acm/delete_certificate.h"
#include "api/shapes/acm/describe_certificate.h"
#include "api/shapes/acm/get_certificate.h"
#include "api/shapes/acm/import_certificate.h"
#include "api/shapes/acm/list_certificates.h"
#include "base/clock.h"
#include "registry/imported_certificates.h"

namespace gatehouse::api::acm {

struct DeleteCertificate {
    using Shape = DeleteCertificateShape;
    registry::ImportedCertificates& certificates;

    async::Task<wire::Outcome<DeleteCertificateResponse>> handle(
        const Caller& caller, DeleteCertificateRequest request) const;
};

struct DescribeCertificate {
    using Shape = DescribeCertificateShape;
    registry::ImportedCertificates& certificates;
    const Clock& clock;

    async::Task<wire::Outcome<DescribeCertificateResponse>> handle(
        const Caller& caller, DescribeCertificateRequest request) const;
};

// The certificate and its chain; the private key stays here.
struct GetCertificate {
    using Shape = GetCertificateShape;
    registry::ImportedCertificates& certificates;

    async::Task<wire::Outcome<GetCertificateResponse>> handle(const Caller& caller,
                                                              GetCertificateRequest request) const;
};

struct ImportCertificate {
    using Shape = ImportCertificateShape;
    registry::ImportedCertificates& certificates;

    async::Task<wire::Outcome<ImportCertificateResponse>> handle(
        const Caller& caller, ImportCertificateRequest request) const;
};

// All of them, whatever their keys, unless it asks for some: AWS leaves out all but RSA of 1,024
// and 2,048 bits then.
struct ListCertificates {
    using Shape = ListCertificatesShape;
    registry::ImportedCertificates& certificates;
    const Clock& clock;

    async::Task<wire::Outcome<ListCertificatesResponse>> handle(
        const Caller& caller, ListCertificatesRequest request) const;
};

}  // namespace gatehouse::api::acm
