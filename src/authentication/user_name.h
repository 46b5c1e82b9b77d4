// The MQTT user name of a custom authentication, taken apart:
// USER?x-amz-customauthorizer-name=NAME&x-amz-customauthorizer-signature=SIG&TOKENKEY=TOKEN
//
// Pure. Tolerant the way clients need it: values may be percent-encoded or raw, parameters come
// in any order, telemetry of the AWS SDKs (`SDK=…&Version=…`) stands among them, and a second '?'
// (older SDKs append "?SDK=…" to a name that has a query already) can be read as '&'.
//
// Source: AWS IoT Core Developer Guide, "Custom authentication"; the SDKs' own builders.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace gatehouse::authentication {

struct Parameter {
    std::string name;   // decoded
    std::string value;  // decoded: %XX only, '+' stays '+', so that raw base64 survives
};

enum class SecondQuestionMark : std::uint8_t {
    ReadAsSeparator,  // and note it: AWS would not find the parameters behind it
    IsPartOfValue,    // as AWS does
};

struct UserName {
    std::string user;  // before the first '?'; may be empty
    std::vector<Parameter> parameters;
    // Odd things a person would want to know, a sentence each.
    std::vector<std::string> notes;

    // The first parameter of that name; `x-amz-…` names compare without case, others exactly.
    std::optional<std::string_view> find(std::string_view name) const;
};

inline constexpr std::string_view authorizer_name_parameter = "x-amz-customauthorizer-name";
inline constexpr std::string_view signature_parameter = "x-amz-customauthorizer-signature";

// Never fails: whatever does not parse is part of a name or value. At most 64 parameters are
// taken; the rest is left out with a note.
UserName parse_user_name(std::string_view text, SecondQuestionMark second);
// Without what functions trim off its ends: control characters, blanks, and what Unicode calls
// white space (with U+FEFF, as JavaScript does).
std::string_view without_blanks(std::string_view user);
// The parameters of a query string without its leading '?'.
std::vector<Parameter> parse_query(std::string_view query);

}  // namespace gatehouse::authentication
