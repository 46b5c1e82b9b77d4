// What went wrong, in words for the person at the keyboard, and where to look next.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "server/device/mqtt_client.h"

namespace gatehouse::server::device {

// What the words depend on besides the ending.
struct Circumstances {
    const ConnectPlan& plan;
    bool named_authorizer = false;
    std::string topic;  // last published to, or subscribed to
};

// One or more lines, each with its line end. Empty for EndKind::Done.
std::string explain(const Ending& ending, const Circumstances& circumstances);
// The same for one packet that was refused on a connection that stays; `what` is "PUBLISH of #3".
std::string explain_refusal(std::string_view what, const Answer& answer,
                            const Circumstances& circumstances);

// The trace id in what the server says, which is a UUID.
std::optional<std::string_view> find_trace_id(std::string_view text);

}  // namespace gatehouse::server::device
