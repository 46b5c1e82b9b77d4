// GetAccessKeyInfo: of which account an access key is. Everybody may ask.
// Source: AWS STS API Reference, GetAccessKeyInfo.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/sts/get_access_key_info.h"
#include "iam/accounts.h"

namespace gatehouse::api::sts {

struct GetAccessKeyInfo {
    using Shape = GetAccessKeyInfoShape;

    const ::gatehouse::iam::Accounts& accounts;

    async::Task<wire::Outcome<GetAccessKeyInfoResponse>> handle(
        const Caller& caller, GetAccessKeyInfoRequest request) const;
};

}  // namespace gatehouse::api::sts
