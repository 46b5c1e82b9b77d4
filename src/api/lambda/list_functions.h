// ListFunctions: the functions by name, at most 50 at a time whatever is asked for, as on AWS.
// Source: AWS Lambda API Reference, ListFunctions.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/lambda/list_functions.h"
#include "functions/function_directory.h"

namespace gatehouse::api::lambda {

struct ListFunctions {
    using Shape = ListFunctionsShape;

    functions::FunctionDirectory& directory;

    wire::Outcome<ListFunctionsResponse> handle(const Caller& caller,
                                                ListFunctionsRequest request) const;

private:
    ListFunctionsResponse every_version(const Caller& caller,
                                        const std::optional<std::string>& after,
                                        const std::optional<std::int32_t>& max_items) const;
};

}  // namespace gatehouse::api::lambda
