// GetAccountSettings: the bounds that hold here, and what is used of them.
// Source: AWS Lambda API Reference, GetAccountSettings.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/lambda/get_account_settings.h"
#include "functions/function_directory.h"

namespace gatehouse::api::lambda {

struct GetAccountSettings {
    using Shape = GetAccountSettingsShape;

    functions::FunctionDirectory& directory;

    wire::Outcome<GetAccountSettingsResponse> handle(const Caller& caller,
                                                     GetAccountSettingsRequest request) const;
};

}  // namespace gatehouse::api::lambda
