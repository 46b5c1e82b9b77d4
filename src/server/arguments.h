// The words of a command line: flags with and without values, and what is left over.
//
//   --name VALUE   --name=VALUE   --switch   --no-switch   --   (the rest is not flags)
//
// Threads: plain data.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace gatehouse::server {

struct Flag {
    std::string name;        // without the dashes
    std::string value_name;  // "FILE"; empty for a switch
    std::string help;
};

class Arguments {
public:
    // Unknown flags, values that are missing or too many, and more than `positional_max` other
    // words are refused, with the nearest known flag where one is near.
    static Result<Arguments> parse(std::span<const Flag> known, std::span<const std::string> words,
                                   std::size_t positional_max);

    bool has(std::string_view flag) const;
    // The last value given; a switch has "true" or "false".
    std::optional<std::string> value(std::string_view flag) const;
    std::vector<std::string> values(std::string_view flag) const;
    const std::vector<std::pair<std::string, std::string>>& flags() const { return flags_; }
    const std::vector<std::string>& positional() const { return positional_; }

private:
    std::vector<std::pair<std::string, std::string>> flags_;
    std::vector<std::string> positional_;
};

// Two columns: what to type and what it does.
std::string describe_flags(std::span<const Flag> flags);

}  // namespace gatehouse::server
