// The patterns with look-ahead or look-behind, which neither classes nor RE2 express. Listed in
// patterns.py (HAND_WRITTEN).
#pragma once

#include <string_view>

namespace gatehouse::api::wire {

// (?!^[0-9]+$)([a-zA-Z0-9-_]+): a name that is not a number.
bool is_alias_name(std::string_view text);
// (^\$LATEST$)|((?!^[0-9]+$)([a-zA-Z0-9-_]+))
bool is_function_url_qualifier(std::string_view text);
// ^[0-9A-Za-z\.\-_]*(?<!\.)$: does not end in a dot.
bool is_bucket_name(std::string_view text);
// ^[a-z0-9](([a-z0-9]|-(?!-))*[a-z0-9])?$: single dashes, none at the ends.
bool is_account_alias(std::string_view text);
// ^(\*\.)?(((?!-)[A-Za-z0-9-]{0,62}[A-Za-z0-9])\.)+((?!-)[A-Za-z0-9-]{1,62}[A-Za-z0-9])$: a host
// name of two labels and more, the first of which may be a wildcard.
bool is_certificate_domain(std::string_view text);

}  // namespace gatehouse::api::wire
