// Read, change and write on the condition that nobody wrote meanwhile: again when somebody did.
//
// `attempt` does all three and answers an Outcome; VersionConflict says that it was overtaken.
#pragma once

#include "registry/refusal.h"

namespace gatehouse::registry {

// As often as it is tried; who is overtaken that often is told so.
// More than there are workers that write at once, each of which may come first.
inline constexpr int overtaken_attempts_max = 64;

template <class Attempt>
auto persistently(Attempt attempt) -> decltype(attempt()) {
    for (int tries = 1;; ++tries) {
        auto outcome = attempt();
        if (outcome || outcome.error().refusal != Refusal::VersionConflict ||
            tries == overtaken_attempts_max) {
            return outcome;
        }
    }
}

}  // namespace gatehouse::registry
