#include "arguments.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace gatehouse::bench {

Arguments::Arguments(int count, char** words, std::string_view usage) : usage_(usage) {
    for (int i = 2; i + 1 < count; i += 2) values_[words[i]] = words[i + 1];
    if (count % 2 != 0) refuse("every --name takes one value");
}

std::string Arguments::text(const std::string& name) {
    const auto found = values_.find(name);
    if (found == values_.end()) return "";
    std::string value = std::move(found->second);
    values_.erase(found);
    return value;
}

std::uint64_t Arguments::number(const std::string& name, std::uint64_t otherwise) {
    const std::string value = text(name);
    if (value.empty()) return otherwise;
    std::uint64_t number = 0;
    const auto end = value.data() + value.size();
    if (std::from_chars(value.data(), end, number).ptr != end) {
        refuse(fmt::format("{} wants a number, not '{}'", name, value));
    }
    return number;
}

void Arguments::refuse_the_rest() const {
    if (!values_.empty()) refuse("unknown argument " + values_.begin()->first);
}

void Arguments::refuse(std::string_view why) const {
    fmt::print(stderr, "{}\n{}", why, usage_);
    std::exit(2);
}

}  // namespace gatehouse::bench
