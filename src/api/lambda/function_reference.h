// Which function a request means.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/caller.h"
#include "api/wire/failure.h"
#include "functions/invoker.h"

namespace gatehouse::api::lambda {

// A name, partial ARN or ARN, with an optional version or alias in it or beside it. Refused when it
// names another account or region.
wire::Outcome<functions::FunctionRef> function_of(const Caller& caller, std::string_view text,
                                                  const std::optional<std::string>& qualifier);
// The same, of which the name alone matters.
wire::Outcome<functions::FunctionName> name_of(
    const Caller& caller, std::string_view text,
    const std::optional<std::string>& qualifier = std::nullopt);

// Of a function that is to be changed: versions never are, and aliases have operations of their
// own. InvalidParameterValue when the text names one.
wire::Outcome<functions::FunctionName> unqualified_name_of(const Caller& caller,
                                                           std::string_view text);

}  // namespace gatehouse::api::lambda
