// What is said about one setting, once: from it follow the flag `--functions-idle-seconds`, the
// variable `GATEHOUSE_FUNCTIONS_IDLE_SECONDS`, the key `idle-seconds` in `[functions]` of the
// file, the checks, the listing and docs/reference/settings.md.
//
// Threads: immutable.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "server/settings.h"

namespace gatehouse::server {

enum class ValueType : std::uint8_t { Switch, Number, Text, List, Choice, Port };

// A value of the type that its setting has. Choices are kept as their index.
using Value = std::variant<bool, std::uint64_t, std::string, std::vector<std::string>, Port>;

// Whether a change in the file takes effect at SIGHUP.
enum class Restart : std::uint8_t { Needed, NotNeeded };
// Where a setting may stand. Secrets have no flag (everybody on the machine can read a command
// line) and are shown nowhere.
enum class Visibility : std::uint8_t { Everywhere, NotInFile, Secret };

struct Setting {
    std::string_view name;  // "mqtt-port", "functions.idle-seconds"
    ValueType type = ValueType::Text;
    std::string_view value_name;  // "FILE", "ADDR"; empty for switches
    std::string_view help;
    std::uint64_t min = 0;  // of a Number
    std::uint64_t max = 0;
    std::span<const std::string_view> choices;
    Restart restart = Restart::Needed;
    Visibility visibility = Visibility::Everywhere;
    // What the type cannot say: the sentence that is wrong with this text, or nothing.
    Result<void> (*check)(std::string_view text) = nullptr;
    // The default in words, where the value alone would mislead.
    std::string_view default_words;

    // The field of Settings.
    void (*assign)(Settings&, Value) = nullptr;
    Value (*read)(const Settings&) = nullptr;

    std::string flag() const;      // "functions-idle-seconds"
    std::string variable() const;  // "GATEHOUSE_FUNCTIONS_IDLE_SECONDS"
    std::string group() const;     // "functions"; empty at the top level
    std::string key() const;       // "idle-seconds"
};

// All of them, in the order of the documentation.
std::span<const Setting> all_settings();
// Null when there is none of that name.
const Setting* find_setting(std::string_view name);

// Reads a value as it stands on the command line or in the environment; lists are separated by
// commas. The error says what was expected.
Result<Value> parse_value(const Setting& setting, std::string_view text);
// Checks a value of the right type against the bounds.
Result<void> check_value(const Setting& setting, const Value& value);
// The opposite of parse_value.
std::string show_value(const Setting& setting, const Value& value);
// What may be given, in words: "a number from 1 to 65535", "aws, aws-strict or open".
std::string describe_type(const Setting& setting);

}  // namespace gatehouse::server
