// Changing a record on the condition that nobody changed it meanwhile, again when somebody did.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "base/result.h"

namespace gatehouse::iam {

inline constexpr std::string_view overtaken_field = "overtaken";

inline Error overtaken(std::string_view what) {
    return {ErrorKind::Conflict,
            fmt::format("{} was changed meanwhile; look at it and try again", what),
            {.field = std::string(overtaken_field)}};
}

// `attempt` reads, decides and applies; it answers overtaken() when it has to begin anew.
template <class Attempt>
auto persistently(Attempt attempt) -> decltype(attempt()) {
    constexpr int attempts_max = 64;  // more than workers that may come first
    for (int tries = 1;; ++tries) {
        auto outcome = attempt();
        if (outcome || outcome.error().place.field != overtaken_field || tries == attempts_max) {
            return outcome;
        }
    }
}

}  // namespace gatehouse::iam
