#include "authentication/signed_request.h"

#include <algorithm>

#include "authentication/user_name.h"

namespace gatehouse::authentication {
namespace {

constexpr std::string_view algorithm_parameter = "X-Amz-Algorithm";

}  // namespace

bool is_signed(const net::HttpHeaders& headers, std::string_view query) {
    const auto authorization = headers.find("Authorization");
    if (authorization && authorization->starts_with("AWS4-")) return true;
    if (!query.contains(algorithm_parameter)) return false;
    return std::ranges::any_of(
        parse_query(query), [](const Parameter& one) { return one.name == algorithm_parameter; });
}

}  // namespace gatehouse::authentication
