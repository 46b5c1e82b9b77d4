#include "api/iot/get_registration_code.h"

#include "api/iot/errors.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<GetRegistrationCodeResponse>> GetRegistrationCode::handle(
    const Caller& caller, GetRegistrationCodeRequest request) const {
    auto code = co_await ca_certificates.run([&](registry::CaCertificateRecords& records) {
        return records.registration_code(caller.tenant);
    });
    if (!code) co_return failure_of(code.error());
    co_return GetRegistrationCodeResponse{.registration_code = std::move(*code)};
}

}  // namespace gatehouse::api::iot
