#include <re2/re2.h>

#include <array>
#include <memory>

#include "sql/function.h"

namespace gatehouse::sql {
namespace {

// Of making an expression that does something.
constexpr std::uint64_t pattern_steps = 100;
// Of an expression and a text: their sizes multiplied, by this.
constexpr std::uint64_t work_per_step = 4096;

// Null: the expression cannot be used, or not on so long a text.
std::unique_ptr<RE2> pattern_of(const Value& value, std::size_t text_bytes, Effort& effort) {
    const auto text = text_of(value);
    if (!text) return nullptr;
    RE2::Options options;
    options.set_log_errors(false);
    auto pattern = std::make_unique<RE2>(*text, options);
    if (!pattern->ok()) return nullptr;
    const auto size = static_cast<std::uint64_t>(pattern->ProgramSize());
    if (!effort.step(pattern_steps + size + size * text_bytes / work_per_step)) return nullptr;
    return pattern;
}

Value pattern_matches(const Surroundings& surroundings, Arguments arguments) {
    const auto text = text_of(arguments[0]);
    if (!text) return {};
    const auto pattern = pattern_of(arguments[1], text->size(), surroundings.effort);
    if (!pattern) return {};
    return Value(RE2::PartialMatch(*text, *pattern));
}

Value pattern_replaced(const Surroundings& surroundings, Arguments arguments) {
    auto text = text_of(arguments[0]);
    const auto replacement = text_of(arguments[2]);
    if (!text || !replacement) return {};
    const auto pattern = pattern_of(arguments[1], text->size(), surroundings.effort);
    if (!pattern) return {};
    const std::string rewritten = replacement_for_re2(*replacement);
    // At most once at each byte, and each \1 has what it matched.
    if (!surroundings.effort.has_room_for((text->size() + 1) * (rewritten.size() + 1))) return {};
    std::string error;
    if (!pattern->CheckRewriteString(rewritten, &error)) return {};
    RE2::GlobalReplace(&*text, *pattern, rewritten);
    return Value(std::move(*text));
}

Value pattern_found(const Surroundings& surroundings, Arguments arguments) {
    const auto text = text_of(arguments[0]);
    if (!text) return {};
    const auto pattern = pattern_of(arguments[1], text->size(), surroundings.effort);
    if (!pattern) return {};
    re2::StringPiece match;
    if (!pattern->Match(*text, 0, text->size(), RE2::UNANCHORED, &match, 1)) return {};
    return Value(std::string(match.data(), match.size()));
}

constexpr std::array<Function, 3> pattern_table{{
    {"regexp_matches", 2, 2, Version::V2015, pattern_matches},
    {"regexp_replace", 3, 3, Version::V2015, pattern_replaced},
    {"regexp_substr", 2, 2, Version::V2015, pattern_found},
}};

}  // namespace

std::span<const Function> pattern_functions() {
    return pattern_table;
}

std::string replacement_for_re2(std::string_view replacement) {
    std::string made;
    for (std::size_t i = 0; i < replacement.size(); ++i) {
        const char c = replacement[i];
        const bool has_next = i + 1 < replacement.size();
        if (c == '$' && has_next && replacement[i + 1] >= '0' && replacement[i + 1] <= '9') {
            made.append(1, '\\').append(1, replacement[++i]);
        } else if (c == '\\' && has_next) {
            // Java's way to write $ and \ themselves.
            const char escaped = replacement[++i];
            made += escaped == '\\' ? "\\\\" : std::string(1, escaped);
        } else {
            made += c == '\\' ? "\\\\" : std::string(1, c);
        }
    }
    return made;
}

}  // namespace gatehouse::sql
