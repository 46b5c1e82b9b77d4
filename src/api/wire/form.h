// The fields of a form as the Query protocol sends them: "Tags.member.1.Key=a" and so on become
// the object that JSON would have sent, all of whose values are texts.
// Source: Smithy, "AWS query protocol" (lists are NAME.member.N).
//
// Threads: pure functions.
#pragma once

#include <string_view>

#include "api/wire/message.h"
#include "base/json.h"
#include "base/result.h"

namespace gatehouse::api::wire {

// Names with more parts than this are refused: no model nests as deep.
inline constexpr std::size_t form_depth_max = 32;

// The fields of "a=1&b=x+y", decoded ('+' is a blank), in the order sent.
Fields form_fields(std::string_view body);

// Lists are sorted by their numbers, which may have gaps. Of a field given twice the first counts.
// InvalidInput: text that is not UTF-8, a name nested too deep, or a name that is a value here and
// a structure there.
Result<json::value> form_tree(const Fields& fields);

}  // namespace gatehouse::api::wire
