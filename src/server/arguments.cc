#include "server/arguments.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/suggestion.h"

namespace gatehouse::server {
namespace {

const Flag* find_flag(std::span<const Flag> known, std::string_view name) {
    const auto found = std::ranges::find(known, name, &Flag::name);
    return found == known.end() ? nullptr : &*found;
}

// --no-NAME of a switch.
const Flag* find_negated(std::span<const Flag> known, std::string_view name) {
    if (!name.starts_with("no-")) return nullptr;
    const Flag* flag = find_flag(known, name.substr(3));
    return flag != nullptr && flag->value_name.empty() ? flag : nullptr;
}

std::unexpected<Error> unknown_flag(std::span<const Flag> known, std::string_view name) {
    std::vector<std::string_view> names;
    for (const Flag& flag : known) names.push_back(flag.name);
    std::string message = fmt::format("there is no flag --{}", name.substr(0, 80));
    if (const auto near = nearest_name(name, names)) {
        message += fmt::format("; did you mean --{}?", *near);
    }
    return fail(ErrorKind::InvalidInput, std::move(message));
}

}  // namespace

Result<Arguments> Arguments::parse(std::span<const Flag> known, std::span<const std::string> words,
                                   std::size_t positional_max) {
    Arguments arguments;
    bool flags_are_over = false;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string_view word = words[i];
        if (flags_are_over || !word.starts_with("--")) {
            if (arguments.positional_.size() == positional_max) {
                return fail(ErrorKind::InvalidInput,
                            fmt::format("'{}' is one word too many", word.substr(0, 80)));
            }
            arguments.positional_.emplace_back(word);
            continue;
        }
        if (word == "--") {
            flags_are_over = true;
            continue;
        }
        const auto equals = word.find('=');
        const std::string_view name = word.substr(2, equals == word.npos ? equals : equals - 2);
        if (const Flag* negated = find_negated(known, name); negated && equals == word.npos) {
            arguments.flags_.emplace_back(negated->name, "false");
            continue;
        }
        const Flag* flag = find_flag(known, name);
        if (flag == nullptr) return unknown_flag(known, name);
        if (equals != word.npos) {
            arguments.flags_.emplace_back(flag->name, word.substr(equals + 1));
        } else if (flag->value_name.empty()) {
            arguments.flags_.emplace_back(flag->name, "true");
        } else if (i + 1 < words.size()) {
            arguments.flags_.emplace_back(flag->name, words[++i]);
        } else {
            return fail(ErrorKind::InvalidInput,
                        fmt::format("--{} wants a value: --{} {}", name, name, flag->value_name));
        }
    }
    return arguments;
}

bool Arguments::has(std::string_view flag) const {
    const auto given = value(flag);
    return given && *given != "false";
}

std::optional<std::string> Arguments::value(std::string_view flag) const {
    const auto all = values(flag);
    if (all.empty()) return std::nullopt;
    return all.back();
}

std::vector<std::string> Arguments::values(std::string_view flag) const {
    std::vector<std::string> found;
    for (const auto& [name, value] : flags_) {
        if (name == flag) found.push_back(value);
    }
    return found;
}

std::string describe_flags(std::span<const Flag> flags) {
    constexpr std::size_t column = 34;
    std::string text;
    for (const Flag& flag : flags) {
        const std::string typed =
            fmt::format("--{}{}{}", flag.name, flag.value_name.empty() ? "" : " ", flag.value_name);
        if (typed.size() < column) {
            text += fmt::format("  {:<{}}{}\n", typed, column, flag.help);
        } else {
            text += fmt::format("  {}\n  {:<{}}{}\n", typed, "", column, flag.help);
        }
    }
    return text;
}

}  // namespace gatehouse::server
