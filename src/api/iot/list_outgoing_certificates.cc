#include "api/iot/list_outgoing_certificates.h"

#include "api/iot/certificate_shapes.h"
#include "api/iot/errors.h"
#include "api/iot/listing_shapes.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<ListOutgoingCertificatesResponse>> ListOutgoingCertificates::handle(
    const Caller& caller, ListOutgoingCertificatesRequest request) const {
    const auto listing = listing_of(request.page_size, request.marker, request.ascending_order);
    auto page = co_await transfers.run([&](registry::CertificateTransferRecords& records) {
        return records.list_outgoing(caller.tenant, listing);
    });
    if (!page) co_return failure_of(page.error());
    ListOutgoingCertificatesResponse response{.outgoing_certificates =
                                                  std::vector<OutgoingCertificate>()};
    for (const registry::RegisteredCertificate& certificate : page->items) {
        response.outgoing_certificates->push_back(outgoing_of(certificate));
    }
    set_marker(response.next_marker, page->next_marker);
    co_return response;
}

}  // namespace gatehouse::api::iot
