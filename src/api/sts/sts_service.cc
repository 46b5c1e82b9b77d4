#include "api/sts/sts_service.h"

#include "api/shapes/sts/model.h"
#include "api/sts/assume_role.h"
#include "api/sts/errors.h"
#include "api/sts/get_access_key_info.h"
#include "api/sts/get_caller_identity.h"
#include "api/sts/get_session_token.h"

namespace gatehouse::api {
namespace {

constexpr std::size_t sts_body_bytes_max = 64 * 1024;

// Everybody may ask who they are; who may assume a role is judged with the role's trust policy.
Permission nothing_needed(const Caller&, std::string_view, const RequestNames&) {
    return {};
}

}  // namespace

Service make_sts_service(const StsParts& parts) {
    Service service(sts::model(), sts::error_table(), sts_body_bytes_max);
    service.needs(&nothing_needed)
        .handle(sts::AssumeRole{parts.sessions})
        .handle(sts::GetAccessKeyInfo{parts.accounts})
        .handle(sts::GetCallerIdentity{parts.records})
        .handle(sts::GetSessionToken{parts.records, parts.accounts.session_keys()});
    return service;
}

}  // namespace gatehouse::api
