// What every backend of ResourceStore shares: bounds and page tokens.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "storage/resource_store.h"

namespace gatehouse::storage {

Result<void> check_key(const RecordKey& key);
Result<void> check_query(const ListQuery& query);
Result<void> check_query(const LinkQuery& query);
Result<void> check_batch(const Batch& batch);

// A page token holds the last name seen and a fingerprint of the query it belongs to, so a page
// goes on at the right place whatever was added or removed meanwhile, and a token of another
// listing is refused.
std::string page_token_after(const LinkQuery& query, std::string_view name);
// The name to go on after; empty when the query has no token. ErrorKind::InvalidInput.
Result<std::optional<std::string>> page_start(const ListQuery& query);
Result<std::optional<std::string>> page_start(const LinkQuery& query);

// Names are not empty and are UTF-8, in which no byte is 0xFF.
inline constexpr std::string_view before_every_name = "";
inline constexpr std::string_view after_every_name = "\xFF";

// The least text that is greater than every text with this prefix; empty when there is none.
std::string end_of_prefix(std::string prefix);

}  // namespace gatehouse::storage
