// Where everybody reports what happens.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/pinned.h"
#include "base/tenant.h"
#include "logs/event.h"

namespace gatehouse::logs {

// Which kinds of events are kept at which level of their subject.
struct EventSettings {
    // Kinds with a level of their own, whatever the subject's (SetV2LoggingOptions
    // eventConfigurations). Unset: none.
    std::array<std::optional<Level>, event_type_count> own_levels = {};
};

// The settings, compiled to one bit a kind. Reading costs one relaxed load.
//
// Threads: keeps() from any; change() from any, seen by others soon.
class EventSelection : Pinned {
public:
    EventSelection() { change({}); }
    explicit EventSelection(const EventSettings& settings) { change(settings); }

    void change(const EventSettings& settings);
    bool keeps(Level limit, EventType type, Status status) const {
        const auto& mask = masks_[static_cast<std::size_t>(limit)][static_cast<int>(status)];
        return (mask.load(std::memory_order_relaxed) >> static_cast<int>(type) & 1) != 0;
    }

private:
    std::array<std::array<std::atomic<std::uint64_t>, 2>, level_count> masks_;
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
    EventSelection& selection() { return selection_; }

    // Records the event, stamped with the present wall time, in group AWSIotLogsV2 of its
    // tenant. Failures are kept over the write budget, successes are not.
    virtual void record(const Event& event) = 0;

    // A line of output for a named group and stream (what a function prints, START, REPORT).
    // The group and stream come into being with the first line. At most 256 KiB are kept of
    // a line. Invalid UTF-8 is replaced.
    virtual void append(const StreamRef& stream, WallTime time, std::string_view message,
                        Importance importance = Importance::Droppable) = 0;

protected:
    EventSelection selection_;
};

// Forgets everything; for tools and tests that need no log.
class NullSink final : public EventSink {
public:
    void record(const Event&) override {}
    void append(const StreamRef&, WallTime, std::string_view, Importance) override {}
};

inline constexpr const char* iot_log_group = "AWSIotLogsV2";

}  // namespace gatehouse::logs
