#include "api/sts/assume_role.h"

#include "api/permission.h"
#include "api/shapes/sts/errors.h"

namespace gatehouse::api::sts {
namespace {

// What is asked for beyond the session itself; empty: nothing.
std::string_view unsupported(const AssumeRoleRequest& request) {
    if (request.policy) return "Policy";
    if (request.policy_arns && !request.policy_arns->empty()) return "PolicyArns";
    if (request.tags && !request.tags->empty()) return "Tags";
    if (request.serial_number || request.token_code) return "SerialNumber and TokenCode";
    if (request.source_identity) return "SourceIdentity";
    return "";
}

}  // namespace

async::Task<wire::Outcome<AssumeRoleResponse>> AssumeRole::handle(const Caller& caller,
                                                                  AssumeRoleRequest request) const {
    if (const auto member = unsupported(request); !member.empty()) {
        co_return wire::fail_as(errors::validation_error_exception,
                                std::string(member) +
                                    " of AssumeRole is not supported by "
                                    "Gatehouse; leave it out");
    }
    auto session = co_await sessions.assume(
        {.caller = {.account = caller.tenant.account,
                    .principal = caller.principal,
                    .access_key_id = caller.access_key_id,
                    .service = "sts",
                    .region = caller.signed_region,
                    .action = {},
                    .resources = {},
                    .context = request_context(caller),
                    .identity_id = caller.identity_id,
                    .session_facts = caller.session_facts},
         .caller_is_root = caller.is_root,
         .role_arn = std::move(request.role_arn),
         .session = std::move(request.role_session_name),
         .lifetime = std::chrono::seconds(request.duration_seconds.value_or(3600)),
         .external_id = request.external_id.value_or("")});
    if (!session) co_return std::unexpected(wire::Failure(std::move(session.error())));
    AssumeRoleResponse response;
    response.credentials = Credentials{.access_key_id = session->key.id.value(),
                                       .secret_access_key = session->key.key.secret,
                                       .session_token = session->key.key.session_token,
                                       .expiration = *session->key.key.expires};
    response.assumed_role_user =
        AssumedRoleUser{.assumed_role_id = std::move(session->id), .arn = std::move(session->arn)};
    co_return response;
}

}  // namespace gatehouse::api::sts
