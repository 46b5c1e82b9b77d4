#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "sql/function.h"

namespace gatehouse::sql {
namespace {

// Of making an expression that does something, and of one that comes to too much to be made.
constexpr std::uint64_t pattern_steps = 100;
constexpr std::uint64_t too_large_pattern_steps = 20'000;
// Of an expression and a text: their sizes multiplied, by this. Mostly it is far less, but there
// are expressions that go through all of themselves at each byte, and nobody can end them on the
// way.
constexpr std::uint64_t work_per_step = 64;

std::uint64_t steps_of(const RE2& pattern, std::size_t text_bytes) {
    return static_cast<std::uint64_t>(pattern.ProgramSize()) * text_bytes / work_per_step;
}

// Null: the expression cannot be used, or not on so long a text.
std::unique_ptr<RE2> pattern_of(const Value& value, std::size_t text_bytes, Effort& effort) {
    const auto text = text_of(value);
    if (!text || !effort.step(pattern_steps)) return nullptr;
    RE2::Options options;
    options.set_log_errors(false);
    auto pattern = std::make_unique<RE2>(*text, options);
    if (!pattern->ok()) {
        if (pattern->error_code() == RE2::ErrorPatternTooLarge)
            effort.step(too_large_pattern_steps);
        return nullptr;
    }
    const auto size = static_cast<std::uint64_t>(pattern->ProgramSize());
    if (!effort.step(size + steps_of(*pattern, text_bytes))) return nullptr;
    return pattern;
}

Value pattern_matches(const Surroundings& surroundings, Arguments arguments) {
    const auto text = text_of(arguments[0]);
    if (!text) return {};
    const auto pattern = pattern_of(arguments[1], text->size(), surroundings.effort);
    if (!pattern) return {};
    return Value(RE2::PartialMatch(*text, *pattern));
}

// How many bytes the character has that the text begins with; where it begins with none, one byte
// stands for itself. Requires: it is not empty.
std::size_t first_character_bytes(std::string_view text) {
    const auto byte = [&](std::size_t at) { return static_cast<std::uint8_t>(text[at]); };
    const std::size_t size = byte(0) < 0xC0 ? 1 : byte(0) < 0xE0 ? 2 : byte(0) < 0xF0 ? 3 : 4;
    constexpr std::array<std::uint32_t, 5> least{0, 0, 0x80, 0x800, 0x10000};
    if (size == 1 || byte(0) >= 0xF8 || text.size() < size) return 1;
    std::uint32_t code = byte(0) & (0x7FU >> size);
    for (std::size_t i = 1; i < size; ++i) {
        if ((byte(i) & 0xC0U) != 0x80) return 1;
        code = code << 6 | (byte(i) & 0x3FU);
    }
    return code < least[size] || code > 0x10FFFF ? 1 : size;
}

// Each match of a pattern replaced, as RE2::GlobalReplace() does it; but each costs steps, since
// each may look at the whole rest of the text.
class Replacing {
public:
    // All must outlive it.
    Replacing(const RE2& pattern, const std::string& rewrite, Effort& effort)
        : pattern_(pattern),
          rewrite_(rewrite),
          effort_(effort),
          groups_(1 + RE2::MaxSubmatch(rewrite)),
          references_(static_cast<std::size_t>(std::ranges::count(rewrite, '\\'))) {}

    // Nothing: it is too much.
    std::optional<std::string> replaced(const std::string& text) {
        std::size_t at = 0;
        while (at <= text.size()) {
            if (!effort_.step() || !effort_.may_take(steps_of(pattern_, text.size() - at))) {
                return std::nullopt;
            }
            if (!pattern_.Match(text, at, text.size(), RE2::UNANCHORED, found_.data(), groups_)) {
                break;
            }
            const auto begin = static_cast<std::size_t>(found_[0].data() - text.data());
            made_.append(text, at, begin - at);
            if (begin == last_end_ && found_[0].empty()) {
                at += skip(std::string_view(text).substr(at));
                continue;
            }
            if (!put_replacement()) return std::nullopt;
            at = last_end_ = begin + found_[0].size();
        }
        if (at < text.size()) made_.append(text, at);
        return std::move(made_);
    }

private:
    static constexpr std::size_t found_max = 10;  // \0 to \9

    // No empty match stands right behind another one.
    std::size_t skip(std::string_view rest) {
        if (rest.empty()) return 1;
        const std::size_t bytes = first_character_bytes(rest);
        made_.append(rest.substr(0, bytes));
        return bytes;
    }
    bool put_replacement() {
        const std::size_t added = rewrite_.size() + references_ * found_[0].size();
        return effort_.has_room_for(made_.size() + added) &&
               pattern_.Rewrite(&made_, rewrite_, found_.data(), groups_);
    }

    const RE2& pattern_;
    const std::string& rewrite_;
    Effort& effort_;
    const int groups_;
    const std::size_t references_;
    std::array<re2::StringPiece, found_max> found_;
    std::string made_;
    std::size_t last_end_ = std::string::npos;
};

Value pattern_replaced(const Surroundings& surroundings, Arguments arguments) {
    const auto text = text_of(arguments[0]);
    const auto replacement = text_of(arguments[2]);
    if (!text || !replacement) return {};
    const auto pattern = pattern_of(arguments[1], text->size(), surroundings.effort);
    if (!pattern) return {};
    const std::string rewritten = replacement_for_re2(*replacement);
    std::string error;
    if (!pattern->CheckRewriteString(rewritten, &error)) return {};
    auto made = Replacing(*pattern, rewritten, surroundings.effort).replaced(*text);
    return made ? Value(std::move(*made)) : Value();
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
