#include "api/iot/list_certificates.h"

#include "api/iot/certificate_shapes.h"
#include "api/iot/errors.h"
#include "api/iot/listing_shapes.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<ListCertificatesResponse>> ListCertificates::handle(
    const Caller& caller, ListCertificatesRequest request) const {
    const auto listing = listing_of(request.page_size, request.marker, request.ascending_order);
    auto page = co_await certificates.run([&](registry::CertificateRecords& records) {
        return records.list(caller.tenant, listing);
    });
    if (!page) co_return failure_of(page.error());
    ListCertificatesResponse response{.certificates = std::vector<Certificate>()};
    for (const registry::RegisteredCertificate& certificate : page->items) {
        response.certificates->push_back(summary_of(certificate));
    }
    set_marker(response.next_marker, page->next_marker);
    co_return response;
}

}  // namespace gatehouse::api::iot
