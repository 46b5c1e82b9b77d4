// Pages of listings between the API's shapes and the registry's values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "registry/listing.h"

namespace gatehouse::api::iot {

// Of `pageSize`, `marker` and `isAscendingOrder`, or of `maxResults` and `nextToken`.
registry::Listing listing_of(std::optional<std::int32_t> page_size,
                             std::optional<std::string> marker,
                             std::optional<bool> ascending = std::nullopt);

// Absent on the last page.
void set_marker(std::optional<std::string>& to, std::string& next_marker);

}  // namespace gatehouse::api::iot
