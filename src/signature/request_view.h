// The parts of an HTTP request that a signature covers, as received. A view: whoever makes it
// keeps the request alive.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace gatehouse::signature {

struct RequestView {
    std::string_view method;
    std::string_view path;   // still percent-encoded; "" means "/"
    std::string_view query;  // still percent-encoded, without '?'
    // In the order received; names in any case.
    std::span<const std::pair<std::string, std::string>> headers;
    std::string_view body;

    // The first header of that name, compared without case.
    std::optional<std::string_view> header(std::string_view name) const;
};

// ASCII, without locale.
bool equal_ignoring_case(std::string_view a, std::string_view b);
std::string to_lower(std::string_view text);

}  // namespace gatehouse::signature
