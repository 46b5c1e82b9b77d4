// ListAccountAliases: accounts have no aliases here, which tools ask at start.
// Source: IAM API Reference, ListAccountAliases.
#pragma once

#include "api/endpoint.h"
#include "api/iam/iam_access.h"
#include "api/iam/iam_shapes.h"
#include "api/shapes/iam/list_account_aliases.h"

namespace gatehouse::api::iam {

struct ListAccountAliases {
    using Shape = ListAccountAliasesShape;
    IamAccess access;

    async::Task<wire::Outcome<ListAccountAliasesResponse>> handle(const Caller&,
                                                                  ListAccountAliasesRequest) const {
        ListAccountAliasesResponse response;
        set_marker(response, "");
        co_return response;
    }
};

}  // namespace gatehouse::api::iam
