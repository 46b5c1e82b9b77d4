#include "api/iot/delete_registration_code.h"

#include "api/iot/errors.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<DeleteRegistrationCodeResponse>> DeleteRegistrationCode::handle(
    const Caller& caller, DeleteRegistrationCodeRequest request) const {
    const auto deleted = co_await ca_certificates.run([&](registry::CaCertificateRecords& records) {
        return records.delete_registration_code(caller.tenant);
    });
    if (!deleted) co_return failure_of(deleted.error());
    co_return DeleteRegistrationCodeResponse();
}

}  // namespace gatehouse::api::iot
