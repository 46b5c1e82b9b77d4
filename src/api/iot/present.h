// A member of an answer that is left out when there is nothing to say.
#pragma once

#include <optional>
#include <string>

namespace gatehouse::api::iot {

inline std::optional<std::string> present(const std::string& text) {
    if (text.empty()) return std::nullopt;
    return text;
}

}  // namespace gatehouse::api::iot
