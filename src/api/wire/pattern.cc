#include "api/wire/pattern.h"

#include <re2/re2.h>

#include <algorithm>
#include <string>

namespace gatehouse::api::wire {
namespace {

// The code point that begins at `at`, which is moved behind it. Requires: well-formed UTF-8.
char32_t next_code_point(std::string_view text, std::size_t& at) {
    const auto first = static_cast<unsigned char>(text[at++]);
    if (first < 0x80) return first;
    const int more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1;
    char32_t c = first & (0x3F >> more);
    for (int i = 0; i < more && at < text.size(); ++i) {
        c = c << 6 | (static_cast<unsigned char>(text[at++]) & 0x3F);
    }
    return c;
}

bool is_ascii(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool match_runs(std::span<const ClassRun> runs, std::string_view text) {
    std::size_t at = 0;
    for (const ClassRun& run : runs) {
        std::uint32_t count = 0;
        while (at < text.size() && count < run.most) {
            std::size_t behind = at;
            if (!run.has(next_code_point(text, behind))) break;
            at = behind;
            ++count;
        }
        if (count < run.least) return false;
    }
    return at == text.size();
}

}  // namespace

bool Pattern::matches(std::string_view text) const {
    if (runs.empty()) return otherwise(text);
    if (otherwise != nullptr && !is_ascii(text)) return otherwise(text);
    return match_runs(runs, text);
}

struct Regex::Compiled {
    explicit Compiled(const char* source) : regex(source, RE2::Quiet) {}
    RE2 regex;
};

Regex::Regex(const char* source) : compiled_(std::make_unique<Compiled>(source)) {}
Regex::~Regex() = default;

bool Regex::matches(std::string_view text) const {
    return RE2::FullMatch(re2::StringPiece(text.data(), text.size()), compiled_->regex);
}

std::string_view Regex::problem() const {
    return compiled_->regex.error();
}

}  // namespace gatehouse::api::wire
