// Comparing a glob with a text, whatever either is made of.
//
// Threads: pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "policy/pattern.h"

namespace gatehouse::policy {

// The end of the UTF-8 character that begins at `at`. A stray continuation byte counts as one.
template <class Text>
std::size_t next_character(const Text& text, std::size_t at) {
    ++at;
    while (at < text.size() && (static_cast<std::uint8_t>(text[at]) & 0xC0) == 0x80) ++at;
    return at;
}

// Reader: a place in a glob with at_end(), unit() and advance(); copying it keeps the place.
// Leftmost matching: each run between two `*` is taken where it first occurs, so that going back
// to the latest `*` is enough.
template <class Reader, class Text>
bool matches_text(Reader reader, const Text& text) noexcept {
    constexpr GlobUnit end_of_glob = 0xFFFF;
    std::optional<Reader> run;  // just behind the latest `*`
    std::size_t at = 0, run_at = 0;
    while (true) {
        const GlobUnit unit = reader.at_end() ? end_of_glob : reader.unit();
        if (unit == any_run) {
            reader.advance();
            if (reader.at_end()) return true;
            run = reader;
            run_at = at;
        } else if (at == text.size()) {
            return unit == end_of_glob;
        } else if (unit == any_one) {
            reader.advance();
            at = next_character(text, at);
        } else if (unit == static_cast<std::uint8_t>(text[at])) {
            reader.advance();
            ++at;
        } else if (run) {
            reader = *run;
            at = ++run_at;
        } else {
            return false;
        }
    }
}

}  // namespace gatehouse::policy
