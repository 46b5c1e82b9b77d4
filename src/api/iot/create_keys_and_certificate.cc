#include "api/iot/create_keys_and_certificate.h"

#include "api/iot/certificate_shapes.h"
#include "api/iot/errors.h"
#include "api/shapes/iot/errors.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<CreateKeysAndCertificateResponse>> CreateKeysAndCertificate::handle(
    const Caller& caller, CreateKeysAndCertificateRequest request) const {
    auto issued = co_await workers.run(*async::EventLoop::current(), [this] {
        return authority.issue_device(certificates::NewKey::Rsa2048);
    });
    if (!issued)
        co_return wire::fail_as(errors::internal_failure_exception, issued.error().message);
    const auto added = co_await certificates.run([&](registry::CertificateRecords& records) {
        return records.add(caller.tenant, {.pem = issued->certificate_pem,
                                           .status = status_when_made(request.set_as_active)});
    });
    if (!added) co_return failure_of(added.error());
    co_return CreateKeysAndCertificateResponse{
        .certificate_arn = added->arn(),
        .certificate_id = added->id.value(),
        .certificate_pem = std::move(issued->certificate_pem),
        .key_pair = KeyPair{.public_key = std::move(issued->public_key_pem),
                            .private_key = std::move(issued->private_key_pem)}};
}

}  // namespace gatehouse::api::iot
