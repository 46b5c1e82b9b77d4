#include "api/iot/describe_ca_certificate.h"

#include "api/iot/ca_certificate_shapes.h"
#include "api/iot/errors.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<DescribeCACertificateResponse>> DescribeCACertificate::handle(
    const Caller& caller, DescribeCACertificateRequest request) const {
    const auto id = registry::certificate_id_of_text(request.certificate_id);
    const auto found = co_await ca_certificates.run([&](registry::CaCertificateRecords& records) {
        return records.describe(caller.tenant, id);
    });
    if (!found) co_return failure_of(found.error());
    DescribeCACertificateResponse response{.certificate_description = description_of(*found)};
    if (found->config != registry::RegistrationConfig()) {
        response.registration_config = shape_of(found->config);
    }
    co_return response;
}

}  // namespace gatehouse::api::iot
