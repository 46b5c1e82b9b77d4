#include "policy/pattern.h"

#include <algorithm>
#include <optional>

#include "policy/ascii_case.h"
#include "policy/glob_match.h"

namespace gatehouse::policy {
namespace {

// What a part stands for: wildcards for themselves. Nothing for a variable without a value.
std::optional<std::string_view> value_of(const Pattern& pattern, const PatternPart& part,
                                         const Variables& variables) noexcept {
    const std::string_view text = pattern.text_of(part);
    if (part.kind != PartKind::Variable) return text;
    const std::string* value = variables.text_of(text);
    if (value == nullptr) return std::nullopt;
    return *value;
}

std::string_view placeholder_of(const Pattern& pattern, const PatternPart& part) noexcept {
    return std::string_view(pattern.text()).substr(part.offset - 2, part.length + 3);
}

std::optional<GlobUnit> slot_of(const Pattern& pattern, const PatternPart& part,
                                OpenVariables open) {
    if (part.kind != PartKind::Variable) return std::nullopt;
    const auto found = std::ranges::find(open, pattern.text_of(part));
    if (found == open.end()) return std::nullopt;
    return static_cast<GlobUnit>(first_slot + (found - open.begin()));
}

// A place in a glob, read unit by unit. Copying it keeps the place.
class GlobReader {
public:
    explicit GlobReader(GlobView glob) : rest_(glob) {}

    bool at_end() const { return rest_.empty(); }
    GlobUnit unit() const { return rest_.front(); }
    void advance() { rest_ = rest_.subspan(1); }

private:
    GlobView rest_;
};

// The same for a glob whose slots are filled in on the way.
class SlotReader {
public:
    SlotReader(GlobView glob, SlotTexts slots) : rest_(glob), slots_(slots) { enter(); }

    bool at_end() const { return rest_.empty(); }
    GlobUnit unit() const {
        return in_slot_.empty() ? rest_.front() : static_cast<std::uint8_t>(in_slot_.front());
    }
    void advance() {
        if (!in_slot_.empty()) in_slot_.remove_prefix(1);
        if (!in_slot_.empty()) return;
        rest_ = rest_.subspan(1);
        enter();
    }

private:
    // Takes up the text of the slot that comes next, if one does; empty ones are passed over.
    void enter() {
        for (; !rest_.empty() && rest_.front() >= first_slot; rest_ = rest_.subspan(1)) {
            in_slot_ = slots_[rest_.front() - first_slot];
            if (!in_slot_.empty()) return;
        }
    }

    GlobView rest_;
    SlotTexts slots_;
    std::string_view in_slot_;
};

// The positions in a glob that are reached by reading a text: ascending, without duplicates.
class Positions {
public:
    explicit Positions(GlobView glob) : glob_(glob) { reach(0); }

    bool step(char c, bool continues_character) {
        std::vector<std::size_t> before;
        before.swap(reached_);
        for (const std::size_t position : before) {
            if (position > 0 && continues_character && glob_[position - 1] == any_one) {
                reach(position);  // still inside the character that `?` took
            }
            if (position == glob_.size()) continue;
            const GlobUnit unit = glob_[position];
            if (unit >= first_slot) meets_slot_ = true;
            if (unit == any_run) reach(position);
            if ((unit == any_one && !continues_character) || unit == static_cast<std::uint8_t>(c)) {
                reach(position + 1);
            }
        }
        std::ranges::sort(reached_);
        reached_.erase(std::ranges::unique(reached_).begin(), reached_.end());
        return !reached_.empty();
    }

    const std::vector<std::size_t>& reached() const { return reached_; }
    // Whether what is reached depends on a slot.
    bool meets_slot() const { return meets_slot_; }

private:
    void reach(std::size_t position) {
        reached_.push_back(position);
        if (position < glob_.size() && glob_[position] == any_run) reach(position + 1);
    }

    GlobView glob_;
    std::vector<std::size_t> reached_;
    bool meets_slot_ = false;
};

bool continues_character(char c) {
    return (static_cast<std::uint8_t>(c) & 0xC0) == 0x80;
}

// How many units of the glob are, one by one, the bytes of the text.
std::size_t literal_alike(GlobView glob, std::string_view text) {
    std::size_t length = 0;
    while (length < glob.size() && length < text.size() &&
           glob[length] == static_cast<std::uint8_t>(text[length])) {
        ++length;
    }
    return length;
}

}  // namespace

Pattern::Pattern(std::string text, VariableSyntax syntax) : text_(std::move(text)) {
    const std::string_view view = text_;
    std::size_t literal = 0;  // where the literal in progress began
    std::size_t at = 0;
    const auto flush = [&](std::size_t end) {
        if (end > literal) append(PartKind::Literal, literal, end - literal);
    };
    while (at < view.size()) {
        if (view[at] == '*' || view[at] == '?') {
            flush(at);
            append(view[at] == '*' ? PartKind::AnyRun : PartKind::AnyOne, at, 1);
            literal = ++at;
            continue;
        }
        const auto close = view.substr(at).starts_with("${") && syntax == VariableSyntax::On
                               ? view.find('}', at + 2)
                               : view.npos;
        if (close == view.npos) {
            ++at;
            continue;
        }
        flush(at);
        const std::string_view name = view.substr(at + 2, close - at - 2);
        const bool escape = name == "*" || name == "?" || name == "$";
        append(escape ? PartKind::Literal : PartKind::Variable, at + 2, name.size());
        literal = at = close + 1;
    }
    flush(at);
    parts_.shrink_to_fit();
}

void Pattern::append(PartKind kind, std::size_t offset, std::size_t length) {
    parts_.push_back(
        {kind, static_cast<std::uint32_t>(offset), static_cast<std::uint32_t>(length)});
}

std::vector<std::string_view> Pattern::variables() const {
    std::vector<std::string_view> names;
    for (const PatternPart& part : parts_) {
        if (part.kind == PartKind::Variable) names.push_back(text_of(part));
    }
    return names;
}

Glob literal_glob(std::string_view text) {
    Glob glob;
    glob.reserve(text.size());
    for (const char c : text) glob.push_back(static_cast<std::uint8_t>(c));
    return glob;
}

Glob resolve(const Pattern& pattern, const Variables& variables, OpenVariables open) {
    Glob glob;
    glob.reserve(pattern.text().size());
    const auto append = [&](std::string_view text) {
        for (const char c : text) glob.push_back(static_cast<std::uint8_t>(c));
    };
    for (const PatternPart& part : pattern.parts()) {
        if (part.kind == PartKind::AnyRun) {
            if (glob.empty() || glob.back() != any_run) glob.push_back(any_run);
        } else if (part.kind == PartKind::AnyOne) {
            glob.push_back(any_one);
        } else if (const auto slot = slot_of(pattern, part, open)) {
            glob.push_back(*slot);
        } else if (const auto value = value_of(pattern, part, variables)) {
            append(*value);
        } else {
            glob.push_back(never);
            append(placeholder_of(pattern, part));
        }
    }
    return glob;
}

bool has_slot(GlobView glob) noexcept {
    return std::ranges::any_of(glob, [](GlobUnit unit) { return unit >= first_slot; });
}

std::string resolve_text(const Pattern& pattern, const Variables& variables) {
    std::string text;
    for (const PatternPart& part : pattern.parts()) {
        const auto value = value_of(pattern, part, variables);
        text += value ? *value : placeholder_of(pattern, part);
    }
    return text;
}

bool resolves(const Pattern& pattern, const Variables& variables) noexcept {
    return std::ranges::all_of(pattern.parts(), [&](const PatternPart& part) {
        return value_of(pattern, part, variables).has_value();
    });
}

std::string show(GlobView glob) {
    std::string text;
    for (const GlobUnit unit : glob) {
        if (unit == any_run) {
            text += '*';
        } else if (unit == any_one) {
            text += '?';
        } else if (unit == '*' || unit == '?') {
            text += {'$', '{', static_cast<char>(unit), '}'};
        } else if (unit != never) {
            text += static_cast<char>(unit);
        }
    }
    return text;
}

bool matches(GlobView glob, std::string_view text) noexcept {
    return matches_text(GlobReader(glob), text);
}

bool matches(GlobView glob, SlotTexts slots, std::string_view text) noexcept {
    return matches_text(SlotReader(glob, slots), text);
}

bool matches(GlobView glob, SlotTexts slots, JoinedText text) noexcept {
    return matches_text(SlotReader(glob, slots), text);
}

std::size_t matching_prefix(GlobView glob, std::string_view text) {
    Positions positions(glob);
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (!positions.step(text[at], continues_character(text[at]))) return at;
    }
    return text.size();
}

std::optional<std::vector<Glob>> after(GlobView glob, std::string_view head) {
    // Mostly the glob begins with the head itself, or with another.
    const std::size_t alike = literal_alike(glob, head);
    if (alike == head.size()) {
        return std::vector<Glob>{
            Glob(glob.begin() + static_cast<std::ptrdiff_t>(alike), glob.end())};
    }
    if (alike == glob.size() || glob[alike] < any_run) return std::vector<Glob>();
    Positions positions(glob);
    for (const char c : head) {
        const bool goes_on = positions.step(c, continues_character(c));
        if (positions.meets_slot()) return std::nullopt;
        if (!goes_on) return std::vector<Glob>();
    }
    // The latest `*` reached accepts whatever an earlier position would, so those are left out.
    const auto& reached = positions.reached();
    std::size_t first = 0;
    for (std::size_t i = 0; i < reached.size(); ++i) {
        if (reached[i] < glob.size() && glob[reached[i]] == any_run) first = i;
    }
    std::vector<Glob> rests;
    for (std::size_t i = first; i < reached.size(); ++i) {
        // Just behind that `*` is part of what it accepts.
        if (i > first && reached[i] == reached[first] + 1 && reached[first] < glob.size() &&
            glob[reached[first]] == any_run) {
            continue;
        }
        rests.emplace_back(glob.begin() + static_cast<std::ptrdiff_t>(reached[i]), glob.end());
    }
    return rests;
}

bool action_matches(std::string_view pattern, std::string_view action) noexcept {
    constexpr std::size_t none = ~std::size_t{0};
    std::size_t p = 0, at = 0, run = none, run_at = 0;
    while (at < action.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            run = ++p;
            run_at = at;
        } else if (p < pattern.size() &&
                   (pattern[p] == '?' || lower_ascii(pattern[p]) == lower_ascii(action[at]))) {
            ++p;
            ++at;
        } else if (run != none) {
            p = run;
            at = ++run_at;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*') ++p;
    return p == pattern.size();
}

}  // namespace gatehouse::policy
