#include "api/iot/list_certificates_by_ca.h"

#include "api/iot/certificate_shapes.h"
#include "api/iot/errors.h"
#include "api/iot/listing_shapes.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<ListCertificatesByCAResponse>> ListCertificatesByCA::handle(
    const Caller& caller, ListCertificatesByCARequest request) const {
    const auto listing = listing_of(request.page_size, request.marker, request.ascending_order);
    const auto authority = registry::certificate_id_of_text(request.ca_certificate_id);
    auto page = co_await certificates.run([&](registry::CertificateRecords& records) {
        return records.list_signed_by(caller.tenant, authority, listing);
    });
    if (!page) co_return failure_of(page.error());
    ListCertificatesByCAResponse response{.certificates = std::vector<Certificate>()};
    for (const registry::RegisteredCertificate& certificate : page->items) {
        response.certificates->push_back(summary_of(certificate));
    }
    set_marker(response.next_marker, page->next_marker);
    co_return response;
}

}  // namespace gatehouse::api::iot
