#include "api/iot/test_authorization.h"

#include "api/iot/errors.h"
#include "api/iot/trial_shapes.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<TestAuthorizationResponse>> TestAuthorization::handle(
    const Caller& caller, TestAuthorizationRequest request) const {
    std::vector<AuthInfo> infos = request.auth_infos;
    const auto principal = principal_of(caller.tenant, request.principal);
    if (!principal) co_return failure_of(principal.error());
    const auto trial = trial_of(*principal, std::move(request));
    if (!trial) co_return std::unexpected(trial.error());
    const auto answers = co_await policies.run(
        [&](registry::PolicyRecords& records) { return records.try_out(caller.tenant, *trial); });
    if (!answers) co_return failure_of(answers.error());
    TestAuthorizationResponse response{.auth_results = std::vector<AuthResult>()};
    for (std::size_t i = 0; i < answers->size(); ++i) {
        response.auth_results->push_back(
            result_of(caller.tenant, std::move(infos[i]), (*answers)[i]));
    }
    co_return response;
}

}  // namespace gatehouse::api::iot
