// For the conversation fuzzer: what it has to say.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace gatehouse::gateway {

// Something that has to hold does not.
struct Finding : std::logic_error {
    using std::logic_error::logic_error;
};

// Throws a Finding with that sentence unless it holds.
inline void expect(bool holds, std::string_view what) {
    if (!holds) throw Finding(std::string(what));
}

}  // namespace gatehouse::gateway
