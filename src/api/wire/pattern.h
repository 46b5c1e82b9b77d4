// The patterns of service models as checks that need no regular expression engine where the
// pattern is a sequence of character classes. Generated; see patterns.py.
//
// Threads: immutable.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace gatehouse::api::wire {

inline constexpr std::uint32_t unbounded = 0xFFFFFFFF;

// A class of characters and how many of it may stand next to each other.
struct ClassRun {
    std::uint64_t ascii[2];  // bit c % 64 of word c / 64 for each ASCII character
    bool wide;               // whether characters beyond ASCII belong
    std::uint32_t least;
    std::uint32_t most;

    bool has(char32_t c) const { return c < 128 ? (ascii[c / 64] >> (c % 64) & 1) != 0 : wide; }
};

struct Pattern {
    std::string_view source;         // as the model writes it; shown in messages
    std::span<const ClassRun> runs;  // empty: `otherwise` decides
    // Decides for texts the runs do not: all, or those with characters beyond ASCII when the
    // runs depend on a Unicode category. Null when the runs always decide.
    bool (*otherwise)(std::string_view);

    // Whether the whole text matches. Requires: well-formed UTF-8.
    bool matches(std::string_view text) const;
};

// A regular expression of RE2, compiled when it is made.
class Regex {
public:
    explicit Regex(const char* source);
    ~Regex();
    Regex(const Regex&) = delete;
    Regex& operator=(const Regex&) = delete;
    bool matches(std::string_view text) const;
    // Why it could not be compiled; empty when it was.
    std::string_view problem() const;

private:
    struct Compiled;
    std::unique_ptr<Compiled> compiled_;
};

}  // namespace gatehouse::api::wire
