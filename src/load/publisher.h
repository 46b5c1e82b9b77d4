// A client that publishes numbered messages to one topic, with a bounded number on their way.
//
// Threads: one loop.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "load/client.h"
#include "load/listeners.h"
#include "load/stamp.h"
#include "load/traffic_tally.h"
#include "mqtt/ack.h"

namespace gatehouse::load {

struct Outgoing {
    std::string topic;
    std::size_t payload_bytes = 64;  // at least stamp_size, or messages carry no stamp
    mqtt::Qos qos = mqtt::Qos::AtMostOnce;
    bool retain = false;
    // Published and not yet acknowledged, or not yet arrived where listeners are watched.
    std::size_t in_flight_max = 100;
    std::uint64_t messages_max = std::numeric_limits<std::uint64_t>::max();
    Stamp first;
};

class Publisher final : public Client {
public:
    // `listeners`: those whom a message has to reach before it is off the way; none where nobody is
    // watched.
    Publisher(const TrafficParts& parts, std::string client_id, const Outgoing& outgoing,
              Listeners listeners);

    bool can_send();
    bool has_sent_all() const { return sent_ >= messages_max_; }
    // Requires: can_send(). `sent_at` is when the message was due, so that a generator that is late
    // makes nothing look faster.
    void send_one(std::chrono::nanoseconds sent_at);

    std::uint64_t sent() const { return sent_; }
    // Sent, and neither acknowledged nor refused.
    std::uint64_t unanswered() const { return sent_at_.size() - free_ids_.size(); }
    // Sent, and still here: the socket did not take them. Part of one counts as one.
    std::uint64_t unsent() const;
    bool is_watched() const { return !listeners_.empty(); }
    // Whether all that was sent is with each of the listeners. Requires: is_watched().
    bool is_all_heard() { return listeners_.all_have(sent_); }
    // Those that are missing, summed over the listeners.
    std::uint64_t unheard() const { return listeners_.outstanding(sent_); }
    // To be called now and then: when nothing arrived and nothing could be sent since the last
    // time, what is on its way is taken for lost, so that publishing goes on.
    void look_for_losses();

private:
    void on_connected(const mqtt::Connack& connack) override;
    void on_packet(const mqtt::Frame& frame) override;
    void take_ack(const mqtt::Ack& ack);
    bool is_unanswered(mqtt::PacketId id) const;
    bool has_window();

    TrafficTally& tally_;
    const mqtt::Qos qos_;
    const bool retain_;
    const bool stamped_;
    const std::size_t in_flight_max_;
    const std::uint64_t messages_max_;
    const std::size_t payload_bytes_;
    Stamp stamp_;
    Listeners listeners_;
    Bytes frame_;  // to be copied, stamped and sent
    std::uint32_t id_at_ = 0;
    std::uint32_t payload_at_ = 0;
    std::uint64_t sent_ = 0;
    std::uint64_t given_up_ = 0;  // all before were taken for lost, or arrived
    std::uint64_t sent_before_ = 0;
    std::uint64_t heard_before_ = 0;
    // By packet identifier less one; 0 where none is on its way.
    std::vector<std::int64_t> sent_at_;
    std::vector<mqtt::PacketId> free_ids_;
};

}  // namespace gatehouse::load
