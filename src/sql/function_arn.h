// How the functions are named that rules call.
#pragma once

#include <string_view>

namespace gatehouse::sql {

// arn:aws:lambda:REGION:ACCOUNT:function:NAME, with a version or an alias or without.
bool is_function_arn(std::string_view text);

}  // namespace gatehouse::sql
