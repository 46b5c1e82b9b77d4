#include "sql/function.h"

#include <algorithm>
#include <array>
#include <vector>

#include "base/suggestion.h"
#include "sql/lexer.h"

namespace gatehouse::sql {
namespace {

const std::vector<const Function*>& all_functions() {
    static const auto all = [] {
        std::vector<const Function*> made;
        for (const auto& list :
             {math_functions(), text_functions(), pattern_functions(), encoding_functions(),
              collection_functions(), message_functions(), time_functions()}) {
            for (const Function& each : list) made.push_back(&each);
        }
        return made;
    }();
    return all;
}

}  // namespace

const Function* find_function(std::string_view name) {
    const auto found = std::ranges::find_if(
        all_functions(), [&](const Function* each) { return is_same_word(each->name, name); });
    return found == all_functions().end() ? nullptr : *found;
}

std::optional<std::string_view> nearest_function(std::string_view name) {
    std::vector<std::string_view> names{"cast"};
    for (const Function* const each : all_functions()) names.push_back(each->name);
    return nearest_name(name, names);
}

std::optional<std::int64_t> floor_of(const Value& value) {
    const auto number = number_of(value);
    if (!number) return std::nullopt;
    return number->value.rounded(Decimal::Rounding::Floor).to_int64();
}

std::optional<std::int64_t> floor_between(const Value& value, std::int64_t least,
                                          std::int64_t most) {
    const auto number = number_of(value);
    if (!number) return std::nullopt;
    if (number->value < Decimal(least)) return least;
    if (number->value > Decimal(most)) return most;
    return number->value.rounded(Decimal::Rounding::Floor).to_int64();
}

}  // namespace gatehouse::sql
