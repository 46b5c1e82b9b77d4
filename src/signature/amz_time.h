// Reading the times that signed requests carry.
#pragma once

#include <optional>
#include <string_view>

#include "base/clock.h"

namespace gatehouse::signature {

// "20170810T153723Z", a real calendar time. Years 1970 to 9999.
std::optional<WallTime> parse_amz_date(std::string_view text);
// The Date header: "Thu, 10 Aug 2017 15:37:23 GMT" (RFC 9110 section 5.6.7, IMF-fixdate; "UTC" and
// "-0000" are taken for GMT as mail-style formatters write them).
std::optional<WallTime> parse_http_date(std::string_view text);

}  // namespace gatehouse::signature
