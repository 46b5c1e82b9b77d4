// A request and a response as the codecs see them: HTTP taken apart, nothing of sockets.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gatehouse::api::wire {

using Fields = std::vector<std::pair<std::string, std::string>>;

// Views stay valid as long as the HTTP request they come from.
struct RequestParts {
    std::vector<std::string> labels;  // values of the path's {labels}, decoded, in their order
    Fields query;  // decoded, in the order sent; of a Query service the form's fields, too
    std::span<const std::pair<std::string, std::string>> headers;
    std::string_view body;
};

struct ResponseParts {
    unsigned status = 200;
    Fields headers;
    std::string body;
    // Query's XML names the request: its id follows the body, and this follows the id.
    std::string after_request_id = {};
};

}  // namespace gatehouse::api::wire
