// Tells the log which messages sessions were not given, and why, which wait for those that are
// away, and which wills their policies held back. Denials of messages are told where they are
// decided, with their explanation (device_subscribe.cc).
//
// Threads: construction before, destruction after the loops run; the calls on each session's loop.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "async/event_loop.h"
#include "base/pinned.h"
#include "base/random.h"
#include "broker/session_observer.h"
#include "logs/event_sink.h"
#include "logs/level.h"

namespace gatehouse::gateway {

// Who takes a session's messages, or took them last, as far as that is known. Its level of logging
// holds for them. Borrowed for the duration of a call.
struct Taker {
    std::string_view principal_id;
    std::string_view source_ip;  // empty: away
};

class DropReports final : public broker::SessionObserver, Pinned {
public:
    using TakerOf = std::function<Taker(const broker::Session&)>;
    // All outlive it.
    DropReports(std::span<async::EventLoop* const> loops, logs::EventSink& events,
                const logs::LevelResolver& levels, Random& random, TakerOf taker_of);
    ~DropReports();

    void on_queued(const broker::Session& session, std::string_view topic, mqtt::Qos qos) override;
    void on_dropped(const broker::Session& session, std::string_view topic, mqtt::Qos qos,
                    broker::DropCause cause, std::uint32_t explanation) override;
    void on_will_denied(const broker::DeniedWill& will) override;
    void on_session_ended(const broker::Session&, broker::SessionEnd) override {}

private:
    class OfLoop;
    const TakerOf taker_of_;
    std::vector<std::unique_ptr<OfLoop>> loops_;
};

}  // namespace gatehouse::gateway
