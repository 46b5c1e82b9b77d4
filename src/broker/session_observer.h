// Hooks for logs and metrics about what happens inside sessions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/tenant.h"
#include "mqtt/protocol.h"

namespace gatehouse::broker {

class Session;

// Why a message did not reach a session that was subscribed to it.
enum class DropCause : std::uint8_t {
    NotAllowed,      // the session's guard said no
    OutboundFull,    // QoS 0 and the client does not read fast enough
    QueueFull,       // QoS > 0 and the session's queue is at its bound: the newest goes
    Expired,         // Message Expiry Interval passed while it waited
    PacketTooLarge,  // over the client's Maximum Packet Size
    RateExceeded,    // QoS 0 over the connection's rate, where the profile throttles
    RetryExceeded,   // unacknowledged for longer than the profile's retry time
    SessionEnded,    // still queued or unacknowledged when the session ended
};
inline constexpr std::size_t drop_cause_count = 8;
// "not-allowed" and so on, for logs and metrics.
std::string_view name_of(DropCause cause);

enum class SessionEnd : std::uint8_t {
    Clean,    // its connection ended and nothing was to be kept, or a clean start replaced it
    Expired,  // nobody resumed it in time
    Deleted,  // by an administrator
};

// Of a client whose session may have ended. Borrowed for the duration of the call.
struct DeniedWill {
    const Tenant& tenant;
    std::string_view client_id;
    std::string_view author;  // Will::author
    std::string_view topic;
    std::uint8_t loop = 0;  // on which it is told
    std::uint32_t explanation = 0;
};

// Called on the home loop of the session concerned, so from several threads if there are several
// loops. Must not call back into the broker. Views and references are valid during the call.
class SessionObserver {
public:
    // Stored for a client that is away.
    virtual void on_queued(const Session& session, std::string_view topic, mqtt::Qos qos) = 0;
    // `explanation` is the guard's when the cause is NotAllowed, else 0.
    virtual void on_dropped(const Session& session, std::string_view topic, mqtt::Qos qos,
                            DropCause cause, std::uint32_t explanation) = 0;
    // A will was due and its client may not publish it.
    virtual void on_will_denied(const DeniedWill& will) = 0;
    virtual void on_session_ended(const Session& session, SessionEnd end) = 0;

protected:
    ~SessionObserver() = default;
};

}  // namespace gatehouse::broker
