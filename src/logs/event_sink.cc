#include "logs/event_sink.h"

namespace gatehouse::logs {
namespace {

bool kept(const EventSettings& settings, Level limit, EventType type, Status status) {
    if (limit == Level::Disabled) return false;
    const Level needed = level_of(type, status);
    if (const auto own = settings.own_levels[static_cast<std::size_t>(type)]) {
        return needed <= *own;
    }
    return needed <= limit;
}

}  // namespace

void EventSelection::change(const EventSettings& settings) {
    for (std::size_t limit = 0; limit < level_count; ++limit) {
        for (const Status status : {Status::Success, Status::Failure}) {
            std::uint64_t mask = 0;
            for (std::size_t type = 0; type < event_type_count; ++type) {
                if (kept(settings, static_cast<Level>(limit), static_cast<EventType>(type),
                         status)) {
                    mask |= std::uint64_t{1} << type;
                }
            }
            masks_[limit][static_cast<std::size_t>(status)].store(mask, std::memory_order_relaxed);
        }
    }
}

}  // namespace gatehouse::logs
