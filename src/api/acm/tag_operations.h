// The tags of imported certificates.
// Source: AWS Certificate Manager API Reference, the operations of the same names.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/acm/add_tags_to_certificate.h"
#include "api/shapes/acm/list_tags_for_certificate.h"
#include "api/shapes/acm/remove_tags_from_certificate.h"
#include "registry/imported_certificates.h"

namespace gatehouse::api::acm {

struct AddTagsToCertificate {
    using Shape = AddTagsToCertificateShape;
    registry::ImportedCertificates& certificates;

    async::Task<wire::Outcome<AddTagsToCertificateResponse>> handle(
        const Caller& caller, AddTagsToCertificateRequest request) const;
};

struct ListTagsForCertificate {
    using Shape = ListTagsForCertificateShape;
    registry::ImportedCertificates& certificates;

    async::Task<wire::Outcome<ListTagsForCertificateResponse>> handle(
        const Caller& caller, ListTagsForCertificateRequest request) const;
};

struct RemoveTagsFromCertificate {
    using Shape = RemoveTagsFromCertificateShape;
    registry::ImportedCertificates& certificates;

    async::Task<wire::Outcome<RemoveTagsFromCertificateResponse>> handle(
        const Caller& caller, RemoveTagsFromCertificateRequest request) const;
};

}  // namespace gatehouse::api::acm
