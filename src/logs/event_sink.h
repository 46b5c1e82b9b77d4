// Where everybody reports what happens.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/pinned.h"
#include "base/tenant.h"
#include "logs/event.h"

namespace gatehouse::logs {

// Which kinds of events are kept at which level of their subject, as one bit a kind.
class EventSelection {
public:
    EventSelection();
    bool keeps(Level limit, EventType type, Status status) const {
        const auto mask = masks_[static_cast<std::size_t>(limit)][static_cast<int>(status)];
        return (mask >> static_cast<int>(type) & 1) != 0;
    }

private:
    std::array<std::array<std::uint64_t, 2>, level_count> masks_ = {};
};

// One stream of one group, the place where lines go. Made by EventSink::open_stream.
struct StreamAddress {
    Tenant tenant;
    std::string group;   // "/aws/lambda/NAME"
    std::string stream;  // "2026/01/31/[$LATEST]0123…"
};
using StreamRef = std::shared_ptr<const StreamAddress>;

// What becomes of a record when more arrives than may be written.
enum class Importance : std::uint8_t {
    Droppable,  // successes and output: dropped and counted
    Kept,       // refusals and errors: never dropped for the budget's sake
};

// Threads: every method from any thread; record() and append() neither block on a disk nor
// allocate in the usual case.
class EventSink {
public:
    virtual ~EventSink() = default;

    // Whether an event of this kind is kept for a subject whose level is `limit`. Ask before
    // building an Event; record() does not ask again.
    bool keeps(Level limit, EventType type, Status status) const {
        return selection_.keeps(limit, type, status);
    }

    // Records the event, stamped with the present wall time, in group AWSIotLogsV2 of its
    // tenant. Failures are kept over the write budget, successes are not.
    virtual void record(const Event& event) = 0;

    // A line of output for a named group and stream (what a function prints, START, REPORT).
    // The group and stream come into being with the first line. At most 256 KiB are kept of
    // a line. Invalid UTF-8 is replaced.
    virtual void append(const StreamRef& stream, WallTime time, std::string_view message,
                        Importance importance = Importance::Droppable) = 0;

private:
    const EventSelection selection_;
};

// Forgets everything; for tools and tests that need no log.
class NullSink final : public EventSink {
public:
    void record(const Event&) override {}
    void append(const StreamRef&, WallTime, std::string_view, Importance) override {}
};

inline constexpr const char* iot_log_group = "AWSIotLogsV2";
// Whether a stream of that group is the service's own, which nobody else writes to: they are named
// by day, "2026-01-31".
bool is_event_stream(std::string_view stream);

}  // namespace gatehouse::logs
