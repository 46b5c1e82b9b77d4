#include "api/sts/get_access_key_info.h"

#include <fmt/format.h>

#include "api/shapes/sts/errors.h"

namespace gatehouse::api::sts {

async::Task<wire::Outcome<GetAccessKeyInfoResponse>> GetAccessKeyInfo::handle(
    const Caller&, GetAccessKeyInfoRequest request) const {
    const auto key = accounts.find(::gatehouse::iam::AccessKeyId(request.access_key_id));
    if (!key) {
        co_return wire::fail_as(
            errors::validation_error_exception,
            fmt::format("access key {} is not known here or not active", request.access_key_id));
    }
    co_return GetAccessKeyInfoResponse{.account = key->account.value()};
}

}  // namespace gatehouse::api::sts
