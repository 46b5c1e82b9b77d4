#include "sql/function_arn.h"

#include "base/arn.h"

namespace gatehouse::sql {

bool is_function_arn(std::string_view text) {
    constexpr std::string_view prefix = "function:";
    const auto arn = parse_arn(text);
    return arn && arn->service == "lambda" && is_account_id(arn->account) &&
           is_region(arn->region) && arn->resource.starts_with(prefix) &&
           arn->resource.size() > prefix.size();
}

}  // namespace gatehouse::sql
