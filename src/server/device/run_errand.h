// What device, pub and sub have in common once their flags are read.
#pragma once

#include <functional>
#include <memory>

#include "server/command.h"
#include "server/device/connect_flags.h"
#include "server/device/conversation.h"

namespace gatehouse::server::device {

struct ErrandParts {
    const Clock& clock;
    const ConnectWish& wish;
};
using MakeErrand = std::function<std::unique_ptr<Errand>(const ErrandParts&)>;

// Loads the library, watches for Ctrl-C and runs the errand to its end.
Exit run_errand(const Invocation& invocation, const ConnectWish& wish, Narration narration,
                const MakeErrand& make);

}  // namespace gatehouse::server::device
