#include "api/iot/listing_shapes.h"

#include <utility>

namespace gatehouse::api::iot {

registry::Listing listing_of(std::optional<std::int32_t> page_size,
                             std::optional<std::string> marker, std::optional<bool> ascending) {
    registry::Listing listing{.marker = std::move(marker).value_or("")};
    // The model's bounds keep it positive.
    if (page_size) listing.page_size = static_cast<std::size_t>(*page_size);
    if (!ascending.value_or(true)) listing.order = storage::Order::Descending;
    return listing;
}

void set_marker(std::optional<std::string>& to, std::string& next_marker) {
    if (!next_marker.empty()) to = std::move(next_marker);
}

}  // namespace gatehouse::api::iot
