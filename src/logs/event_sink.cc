#include "logs/event_sink.h"

#include <algorithm>

namespace gatehouse::logs {

EventSelection::EventSelection() {
    for (std::size_t limit = 0; limit < level_count; ++limit) {
        if (static_cast<Level>(limit) == Level::Disabled) continue;
        for (const Status status : {Status::Success, Status::Failure}) {
            std::uint64_t& mask = masks_[limit][static_cast<std::size_t>(status)];
            for (std::size_t type = 0; type < event_type_count; ++type) {
                const Level needed = level_of(static_cast<EventType>(type), status);
                if (needed <= static_cast<Level>(limit)) mask |= std::uint64_t{1} << type;
            }
        }
    }
}

bool is_event_stream(std::string_view stream) {
    constexpr std::string_view form = "dddd-dd-dd";
    return std::ranges::equal(stream, form, [](char c, char wanted) {
        return wanted == 'd' ? c >= '0' && c <= '9' : c == wanted;
    });
}

}  // namespace gatehouse::logs
