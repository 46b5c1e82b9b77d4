// A function as it is stored: JSON text in a resource record.
//
// The names in it are written on disks: they are added to, never changed.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "functions/function.h"

namespace gatehouse::functions {

std::string encode(const Function& function);
// Corrupt, naming what is missing, when the text is not what encode() wrote.
Result<Function> decode_function(std::string_view text);

// A resource policy as a part of a record.
json::object record_of(const ResourcePolicy& policy);
// As decode_function().
Result<ResourcePolicy> decode_resource_policy(const json::object& object);

}  // namespace gatehouse::functions
