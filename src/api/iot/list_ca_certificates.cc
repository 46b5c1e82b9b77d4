#include "api/iot/list_ca_certificates.h"

#include "api/iot/ca_certificate_shapes.h"
#include "api/iot/errors.h"
#include "api/iot/listing_shapes.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<ListCACertificatesResponse>> ListCACertificates::handle(
    const Caller& caller, ListCACertificatesRequest request) const {
    const auto listing = listing_of(request.page_size, request.marker, request.ascending_order);
    auto page = co_await ca_certificates.run([&](registry::CaCertificateRecords& records) {
        return records.list(caller.tenant, listing, request.template_name);
    });
    if (!page) co_return failure_of(page.error());
    ListCACertificatesResponse response{.certificates = std::vector<CACertificate>()};
    for (const registry::CaCertificate& certificate : page->items) {
        response.certificates->push_back(summary_of(certificate));
    }
    set_marker(response.next_marker, page->next_marker);
    co_return response;
}

}  // namespace gatehouse::api::iot
