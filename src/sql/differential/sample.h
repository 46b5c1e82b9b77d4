// Statements of AWS IoT SQL and payloads for them, made by chance. For tests and fuzzers.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "sql/version.h"

namespace gatehouse::sql::plain {

struct Sample {
    Version version = Version::V2016;
    std::string sql;
    // The same with brackets around everything that operators join, so that it does not matter
    // which of them comes first. Where names of the result are taken from the text, the same text.
    std::string bracketed;
    std::string payload;
};

// What was chosen, byte by byte; where they end, always the first, which ends everything soon.
class Choices {
public:
    explicit Choices(BytesView bytes) : bytes_(bytes) {}

    // Less than `count`, which is at most 256.
    std::size_t below(std::size_t count) {
        if (bytes_.empty()) return 0;
        const std::size_t chosen = bytes_.front() % count;
        bytes_ = bytes_.subspan(1);
        return chosen;
    }
    bool is_one_in(std::size_t count) { return below(count) + 1 == count; }
    std::string_view one_of(std::span<const std::string_view> words) {
        return words[below(words.size())];
    }
    // So many bytes for somebody else, as far as there are any.
    Choices split_off(std::size_t count) {
        const BytesView taken = bytes_.first(std::min(count, bytes_.size()));
        bytes_ = bytes_.subspan(taken.size());
        return Choices(taken);
    }

private:
    BytesView bytes_;
};

enum class Wanted : std::uint8_t { Any, Array, Object, Number, Text, Truth };

// Names of members that statements look for and payloads have, most of them for one kind of value.
inline constexpr std::array<std::string_view, 12> sample_names{
    "a", "b", "c", "d", "x", "y", "n", "\u00e9", "value", "topic", "payload", "A"};
std::span<const std::string_view> names_for(Wanted wanted);
Wanted wanted_of(std::string_view name);

std::string sample_payload(Choices choices);
Sample sample_of(BytesView bytes);

}  // namespace gatehouse::sql::plain
