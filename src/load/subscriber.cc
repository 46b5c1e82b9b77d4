#include "load/subscriber.h"

#include <fmt/format.h>

#include <utility>

#include "mqtt/ack.h"
#include "mqtt/publish.h"
#include "mqtt/subscribe.h"

namespace gatehouse::load {

Subscriber::Subscriber(const TrafficParts& parts, std::string client_id, Incoming incoming,
                       Streams& streams)
    : Client(parts.loop, parts.target, parts.arrivals, std::move(client_id), incoming.session),
      tally_(parts.tally),
      streams_(streams),
      incoming_(std::move(incoming)) {}

void Subscriber::on_connected(const mqtt::Connack&) {
    mqtt::Subscribe subscribe{.packet_id = 1};
    subscribe.subscriptions.push_back({.filter = incoming_.filter, .qos = incoming_.qos});
    Bytes packet;
    mqtt::encode(subscribe, target().version, packet);
    send(packet);
}

void Subscriber::on_packet(const mqtt::Frame& frame) {
    switch (frame.type()) {
        case mqtt::PacketType::Publish: return take_publish(frame);
        case mqtt::PacketType::Pubrel: return take_pubrel(frame);
        case mqtt::PacketType::Suback: return take_suback(frame);
        default: return;
    }
}

void Subscriber::take_suback(const mqtt::Frame& frame) {
    const auto suback = mqtt::decode_suback(frame, target().version);
    if (!suback || suback->reasons.size() != 1 || is_in()) {
        return end("the server sent a SUBACK that cannot be read");
    }
    const mqtt::ReasonCode reason = suback->reasons[0];
    if (!mqtt::is_failure(reason)) return settle();
    refuse(reason == mqtt::ReasonCode::UnspecifiedError
               ? "subscription refused"
               : fmt::format("subscription refused: {}", mqtt::name_of(reason)));
}

void Subscriber::take_publish(const mqtt::Frame& frame) {
    const auto publish = mqtt::decode_publish(frame, target().version, mqtt::Sender::Server);
    if (!publish) return end("the server sent a PUBLISH that cannot be read");
    ++tally_.received;
    tally_.received_bytes += publish->payload.size();
    const auto stamp = read_stamp(publish->payload);
    if (stamp && streams_.note(*stamp)) {
        tally_.add_latency(read_at() - stamp->sent_at);
    } else {
        ++tally_.foreign;
    }
    if (publish->qos == mqtt::Qos::AtLeastOnce) {
        answer(mqtt::PacketType::Puback, publish->packet_id);
    } else if (publish->qos == mqtt::Qos::ExactlyOnce) {
        answer(mqtt::PacketType::Pubrec, publish->packet_id);
    }
}

void Subscriber::take_pubrel(const mqtt::Frame& frame) {
    const auto ack = mqtt::decode_ack(frame, target().version);
    if (!ack) return end("the server sent a PUBREL that cannot be read");
    answer(mqtt::PacketType::Pubcomp, ack->packet_id);
}

void Subscriber::answer(mqtt::PacketType type, mqtt::PacketId id) {
    mqtt::encode_short_ack(room(mqtt::short_ack_size), type, id);
}

}  // namespace gatehouse::load
