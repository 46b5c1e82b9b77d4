// Flags as other load generators call them: what they are called here.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "base/result.h"
#include "server/arguments.h"

namespace gatehouse::server::bench {

// A flag that other load generators have and we call otherwise, or one with a single dash: what it
// is called here. Empty where the words hold none.
std::optional<Error> foreign_flag(std::span<const Flag> flags, std::span<const std::string> words);

}  // namespace gatehouse::server::bench
