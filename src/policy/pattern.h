// The texts of Resource, NotResource and Condition values: wildcards, escapes and variables.
//
//   Pattern  as written in a document, split into parts
//   Glob     the same with its variables filled in: literal bytes and wildcards; a variable that is
//            to be filled in at each comparison is a slot
//
// `*` stands for any sequence, `/` and the empty one included; `?` for exactly one character.
// `${*}`, `${?}` and `${$}` are the characters themselves. What a variable brings in is literal
// text: a `*` in it is never a wildcard. What holds a variable without a value matches nothing, not
// even its own placeholder: whoever may choose a name could choose that one. Sources: AWS IoT
// Developer Guide, "Publish/Subscribe policy examples" and "AWS IoT Core policy variables"; IAM
// User Guide, "IAM policy elements: Variables and tags".
//
// Threads: plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policy/variables.h"

namespace gatehouse::policy {

enum class PartKind : std::uint8_t { Literal, AnyRun, AnyOne, Variable };

// A piece of a pattern's text. For a variable: its name, without `${` and `}`.
struct PatternPart {
    PartKind kind = PartKind::Literal;
    std::uint32_t offset = 0;
    std::uint32_t length = 0;

    bool operator==(const PatternPart&) const = default;
};

// Variables exist since document version 2012-10-17; before, `${` is nothing special.
enum class VariableSyntax : std::uint8_t { Off, On };

class Pattern {
public:
    Pattern() = default;
    // Every text is a pattern: a `${` without a `}` is literal.
    explicit Pattern(std::string text, VariableSyntax syntax = VariableSyntax::On);

    const std::string& text() const { return text_; }
    std::span<const PatternPart> parts() const { return parts_; }
    std::string_view text_of(const PatternPart& part) const {
        return std::string_view(text_).substr(part.offset, part.length);
    }
    std::vector<std::string_view> variables() const;

    bool operator==(const Pattern&) const = default;

private:
    void append(PartKind kind, std::size_t offset, std::size_t length);

    std::string text_;
    std::vector<PatternPart> parts_;
};

// One unit of a glob: a literal byte (0 to 255) or a wildcard.
using GlobUnit = std::uint16_t;
inline constexpr GlobUnit any_run = 256;
inline constexpr GlobUnit any_one = 257;  // one UTF-8 character
// Takes no character, so that nothing matches. Stands before the placeholder of a variable without
// a value, which is there for people.
inline constexpr GlobUnit never = 258;
// From here on slots: `first_slot + n` is the n-th of the texts that come with a comparison.
inline constexpr GlobUnit first_slot = 259;

using Glob = std::vector<GlobUnit>;
using GlobView = std::span<const GlobUnit>;
using SlotTexts = std::span<const std::string>;

// Names of variables, as written, that become slots; their order numbers the slots.
using OpenVariables = std::span<const std::string>;

Glob resolve(const Pattern& pattern, const Variables& variables, OpenVariables open = {});
bool has_slot(GlobView glob) noexcept;
// Whether each of its variables has a value.
bool resolves(const Pattern& pattern, const Variables& variables) noexcept;
// The same where wildcards are ordinary characters, as in the values of StringEquals; placeholders
// stay, see resolves().
std::string resolve_text(const Pattern& pattern, const Variables& variables);
// For people: literal wildcards show as `${*}` and `${?}`.
std::string show(GlobView glob);
// A text without wildcards.
Glob literal_glob(std::string_view text);

// A text in three pieces, so that an ARN need not be put together to be compared.
struct JoinedText {
    std::string_view head;
    std::string_view middle;
    std::string_view tail;

    std::size_t size() const { return head.size() + middle.size() + tail.size(); }
    char operator[](std::size_t i) const {
        if (i < head.size()) return head[i];
        i -= head.size();
        return i < middle.size() ? middle[i] : tail[i - middle.size()];
    }
};

// Whether the glob, which has no slots, matches the whole text. At most length of glob times length
// of text steps.
bool matches(GlobView glob, std::string_view text) noexcept;
// The same for globs with slots, of which there are no more than texts.
bool matches(GlobView glob, SlotTexts slots, std::string_view text) noexcept;
bool matches(GlobView glob, SlotTexts slots, JoinedText text) noexcept;
// How many leading bytes of the text some text that matches could share; the whole text when it
// matches or is merely too short.
std::size_t matching_prefix(GlobView glob, std::string_view text);

// What remains of the glob once a text that begins with `head` has been read that far: the text
// matches the glob if and only if the rest of it matches one of these. `head` is ASCII. Nothing if
// that depends on what stands in a slot.
std::optional<std::vector<Glob>> after(GlobView glob, std::string_view head);

// `service:Action` with wildcards; case does not count.
bool action_matches(std::string_view pattern, std::string_view action) noexcept;

}  // namespace gatehouse::policy
