// Random (version 4) UUIDs: trace ids, request ids, revision ids.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/random.h"

namespace gatehouse {

// Lower case with dashes, e.g. "3f2b8c1e-...".
std::string make_uuid(Random& random);
bool is_uuid(std::string_view text);

// The text of a UUID in place, for what exists once a connection; empty until it is given one.
class UuidText {
public:
    static constexpr std::size_t length = 36;

    UuidText() = default;
    // Takes at most `length` characters.
    explicit UuidText(std::string_view text)
        : size_(static_cast<std::uint8_t>(std::min(text.size(), length))) {
        std::copy_n(text.data(), size_, text_.data());
    }
    operator std::string_view() const { return view(); }
    std::string_view view() const { return {text_.data(), size_}; }
    bool empty() const { return size_ == 0; }

private:
    std::array<char, length> text_{};
    std::uint8_t size_ = 0;
};

}  // namespace gatehouse
