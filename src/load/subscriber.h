// A client that subscribes to one filter, acknowledges what comes and counts it.
//
// Threads: one loop.
#pragma once

#include <string>

#include "load/client.h"
#include "load/streams.h"
#include "load/traffic_tally.h"

namespace gatehouse::load {

struct Incoming {
    std::string filter;
    mqtt::Qos qos = mqtt::Qos::AtMostOnce;
    Client::Session session = Client::Session::Clean;
};

class Subscriber final : public Client {
public:
    // `streams` must outlive it; those who share a subscription share them too.
    Subscriber(const TrafficParts& parts, std::string client_id, Incoming incoming,
               Streams& streams);

private:
    void on_connected(const mqtt::Connack&) override;
    void on_packet(const mqtt::Frame& frame) override;
    void take_suback(const mqtt::Frame& frame);
    void take_publish(const mqtt::Frame& frame);
    void take_pubrel(const mqtt::Frame& frame);
    void answer(mqtt::PacketType type, mqtt::PacketId id);

    TrafficTally& tally_;
    Streams& streams_;
    const Incoming incoming_;
};

}  // namespace gatehouse::load
