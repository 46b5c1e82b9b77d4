// Where a list goes on: the last name shown, so that a page stands where names come and go.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/wire/failure.h"

namespace gatehouse::api::lambda {

// `list`: the operation's name. The text means nothing to anybody else.
std::string make_page_marker(std::string_view list, std::string_view last);
// The name after which the page starts; nullopt: at the beginning. InvalidParameterValue when it
// is no marker of that list.
wire::Outcome<std::optional<std::string>> read_page_marker(
    std::string_view list, const std::optional<std::string>& marker);

}  // namespace gatehouse::api::lambda
