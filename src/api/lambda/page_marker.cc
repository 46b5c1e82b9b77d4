#include "api/lambda/page_marker.h"

#include "api/lambda/errors.h"
#include "api/shapes/lambda/errors.h"
#include "base/bytes.h"
#include "base/encoding.h"

namespace gatehouse::api::lambda {

std::string make_page_marker(std::string_view list, std::string_view last) {
    std::string text(list);
    text += '\n';
    text += last;
    return to_base64(bytes_of(text));
}

wire::Outcome<std::optional<std::string>> read_page_marker(
    std::string_view list, const std::optional<std::string>& marker) {
    if (!marker || marker->empty()) return std::nullopt;
    if (const auto bytes = from_base64(*marker)) {
        const std::string_view text = text_of(*bytes);
        if (text.starts_with(list) && text.substr(list.size()).starts_with('\n')) {
            return std::string(text.substr(list.size() + 1));
        }
    }
    return wire::fail_as(errors::invalid_parameter_value_exception,
                         "The marker does not belong to this list");
}

}  // namespace gatehouse::api::lambda
