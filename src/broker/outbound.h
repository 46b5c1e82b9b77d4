// Where a session puts bytes for its client: the output buffer of one connection.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "mqtt/protocol.h"

namespace gatehouse::broker {

// Why the broker wants a connection closed.
enum class EndReason : std::uint8_t {
    TakenOver,       // another connection attached with the same client id
    SessionDeleted,  // an administrator ended the session
};

// Implemented by the gateway's device connection; called on the session's home loop only.
class Outbound {
public:
    // Room for exactly `bytes` bytes behind what is already waiting to be written, or null when
    // the buffer's bound is reached. The caller fills the room before it does anything else; the
    // connection writes it out at the end of the turn. After null, tell Lease::outbound_ready()
    // once there is room again.
    // Must not call back into the broker.
    virtual std::uint8_t* extend(std::size_t bytes) = 0;

    // A packet, after what is waiting to be written. Must not call back into the broker.
    virtual void send(BytesView packet) = 0;

    // What a publish of this client promised is on disk, or is not and will not be told so:
    // PUBACK or PUBREC (`type`) is due. Only for those given to Lease::acknowledge_when_kept().
    // Must not call back into the broker but through Lease::detach().
    virtual void on_kept(mqtt::PacketType type, mqtt::PacketId packet_id) = 0;
    virtual void on_not_kept(mqtt::PacketType type, mqtt::PacketId packet_id) = 0;

    // A message is encoded into the output. Only where Lease::observe_deliveries() does not say
    // otherwise. Must not call back into the broker but through that.
    virtual void on_delivered([[maybe_unused]] std::string_view topic) {}

    // The connection shall say why (where the protocol can) and close. The lease is void already.
    // Called at most once, from within another connection's attach() or an administrator's call;
    // must not call back into the broker before it returns.
    virtual void end(EndReason reason) = 0;

protected:
    ~Outbound() = default;
};

}  // namespace gatehouse::broker
