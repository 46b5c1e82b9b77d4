#include "load/publisher.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "mqtt/publish.h"

namespace gatehouse::load {
namespace {

// With more than that in hand a publisher waits until its socket takes some.
constexpr std::size_t unsent_bytes_max = 64 * 1024;

}  // namespace

Publisher::Publisher(const TrafficParts& parts, std::string client_id, const Outgoing& outgoing,
                     Listeners listeners)
    : Client(parts.loop, parts.target, parts.arrivals, std::move(client_id)),
      tally_(parts.tally),
      qos_(outgoing.qos),
      retain_(outgoing.retain),
      stamped_(outgoing.payload_bytes >= stamp_size),
      in_flight_max_(outgoing.in_flight_max),
      messages_max_(outgoing.messages_max),
      payload_bytes_(outgoing.payload_bytes),
      stamp_(outgoing.first),
      listeners_(std::move(listeners)) {
    const Bytes payload(payload_bytes_, 'x');
    const mqtt::PublishParts packet{
        .topic = outgoing.topic, .payload = payload, .qos = qos_, .retain = retain_};
    const mqtt::ProtocolVersion version = parts.target.version;
    const mqtt::PublishLayout layout = mqtt::publish_layout(version, packet);
    frame_.resize(layout.size);
    mqtt::encode_publish(frame_.data(), version, packet, layout);
    id_at_ = layout.packet_id_at;
    payload_at_ = layout.payload_at;
}

void Publisher::on_connected(const mqtt::Connack& connack) {
    const mqtt::ConnackProperties& bounds = connack.properties;
    if (qos_ > bounds.maximum_qos) {
        return refuse(
            fmt::format("the server takes QoS {} at most", static_cast<int>(bounds.maximum_qos)));
    }
    if (retain_ && !bounds.retain_available) return refuse("the server retains no messages");
    if (frame_.size() > bounds.maximum_packet_size) {
        return refuse(fmt::format("the server takes packets of {} bytes at most",
                                  bounds.maximum_packet_size));
    }
    if (qos_ != mqtt::Qos::AtMostOnce) {
        sent_at_.resize(std::min<std::size_t>(in_flight_max_, bounds.receive_maximum));
        for (std::size_t id = sent_at_.size(); id > 0; --id) {
            free_ids_.push_back(static_cast<mqtt::PacketId>(id));
        }
    }
    settle();
}

bool Publisher::has_window() {
    if (!is_watched() || sent_ - given_up_ < in_flight_max_) return true;
    return listeners_.all_have(sent_ - in_flight_max_ + 1);
}

bool Publisher::can_send() {
    return is_in() && !has_sent_all() && unsent_bytes() < unsent_bytes_max &&
           (qos_ == mqtt::Qos::AtMostOnce || !free_ids_.empty()) && has_window();
}

void Publisher::send_one(std::chrono::nanoseconds sent_at) {
    std::uint8_t* const copy = room(frame_.size());
    std::memcpy(copy, frame_.data(), frame_.size());
    if (stamped_) {
        stamp_.number = sent_;
        stamp_.sent_at = sent_at;
        write_stamp(copy + payload_at_, stamp_);
    }
    if (qos_ != mqtt::Qos::AtMostOnce) {
        const mqtt::PacketId id = free_ids_.back();
        free_ids_.pop_back();
        sent_at_[id - 1U] = sent_at.count();
        mqtt::patch_packet_id(copy, id_at_, id);
    }
    ++sent_;
    ++tally_.sent;
    tally_.sent_bytes += payload_bytes_;
}

std::uint64_t Publisher::unsent() const {
    return (unsent_bytes() + frame_.size() - 1) / frame_.size();
}

void Publisher::look_for_losses() {
    if (!is_watched()) return;
    const std::uint64_t heard = listeners_.least();
    if (sent_ == sent_before_ && heard == heard_before_) given_up_ = sent_;
    sent_before_ = sent_;
    heard_before_ = heard;
}

bool Publisher::is_unanswered(mqtt::PacketId id) const {
    return id > 0 && id <= sent_at_.size() && sent_at_[id - 1U] != 0;
}

void Publisher::on_packet(const mqtt::Frame& frame) {
    const mqtt::PacketType type = frame.type();
    if (type != mqtt::PacketType::Puback && type != mqtt::PacketType::Pubrec &&
        type != mqtt::PacketType::Pubcomp) {
        return;
    }
    if (const mqtt::PacketId id = mqtt::read_short_ack(frame); id != 0) {
        return take_ack({.type = type, .packet_id = id});
    }
    const auto ack = mqtt::decode_ack(frame, target().version);
    if (!ack) return end("the server sent an acknowledgement that cannot be read");
    take_ack(*ack);
}

void Publisher::take_ack(const mqtt::Ack& ack) {
    if (!is_unanswered(ack.packet_id)) return;
    const bool is_refused = mqtt::is_failure(ack.reason);
    if (ack.type == mqtt::PacketType::Pubrec && !is_refused) {
        mqtt::encode_short_ack(room(mqtt::short_ack_size), mqtt::PacketType::Pubrel, ack.packet_id);
        return;
    }
    std::int64_t& sent_at = sent_at_[ack.packet_id - 1U];
    if (is_refused) {
        ++tally_.refused[std::string(mqtt::name_of(ack.reason))];
    } else {
        ++tally_.acknowledged;
        if (!is_watched()) tally_.add_latency(read_at() - std::chrono::nanoseconds(sent_at));
    }
    sent_at = 0;
    free_ids_.push_back(ack.packet_id);
}

}  // namespace gatehouse::load
