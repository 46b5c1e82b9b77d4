// PUBACK, PUBREC, PUBREL and PUBCOMP from a device.
#include "gateway/device_connection.h"
#include "gateway/gateway.h"
#include "gateway/identity_keeper.h"
#include "gateway/loop_gateway.h"

namespace gatehouse::gateway {

using mqtt::PacketType;
using mqtt::ReasonCode;

// Nearly all have the short form. Empty: the connection was ended.
std::optional<mqtt::Ack> DeviceConnection::read_ack(const mqtt::Frame& frame) {
    if (const mqtt::PacketId id = mqtt::read_short_ack(frame)) {
        return mqtt::Ack{.type = frame.type(), .packet_id = id};
    }
    auto ack = mqtt::decode_ack(frame, facts_->version);
    if (ack) return std::move(*ack);
    refuse_packet(ack.error());
    return std::nullopt;
}

// MQTT 5 is told when there is no such message, 3.1.1 has no words for it. In the order of the
// questions [MQTT-4.6.0-4], whichever has to wait for the disk.
void DeviceConnection::answer(PacketType type, mqtt::PacketId id, bool found) {
    const bool is_short = found || !is_v5();
    const auto write = [&](std::uint8_t* out) {
        if (is_short) {
            mqtt::encode_short_ack(out, type, id);
        } else {
            mqtt::encode_reason_ack(out, type, id, ReasonCode::PacketIdentifierNotFound);
        }
    };
    const std::size_t size = is_short ? mqtt::short_ack_size : mqtt::reason_ack_size;
    if (!(found && lease_.is_kept()) && !lease_.must_wait()) return write(room(size));
    Bytes packet(size);
    write(packet.data());
    lease_.send_when_kept(std::move(packet));
    note_withheld();
}

void DeviceConnection::on_puback(const mqtt::Frame& frame) {
    const auto ack = read_ack(frame);
    if (!ack) return;
    if (mqtt::is_failure(ack->reason)) [[unlikely]] {
        gateway_.metrics().add(logs::Metric::PublishOutClientError);
        lease_.note_not_taken(ack->packet_id, ack->reason);
    } else {
        lease_.acknowledge(ack->packet_id);
    }
}

// PUBREC, PUBREL and PUBCOMP, which have no meaning where there is no QoS 2. Empty: the connection
// was ended.
std::optional<mqtt::Ack> DeviceConnection::read_ack_of_qos_2(const mqtt::Frame& frame) {
    auto ack = read_ack(frame);
    if (!ack || gateway_.settings().profile.behaviour.qos_2 == Support::Allowed) return ack;
    refuse_packet({ReasonCode::QosNotSupported, "", "",
                   "QoS 2 is not supported, and so is no packet that acknowledges it"});
    return std::nullopt;
}

void DeviceConnection::on_pubrec(const mqtt::Frame& frame) {
    const auto ack = read_ack_of_qos_2(frame);
    if (!ack) return;
    if (mqtt::is_failure(ack->reason)) {
        gateway_.metrics().add(logs::Metric::PublishOutClientError);
        lease_.note_refused(ack->packet_id);
        return;
    }
    const bool found = lease_.note_received(ack->packet_id);
    answer(PacketType::Pubrel, ack->packet_id, found);
}

void DeviceConnection::on_pubrel(const mqtt::Frame& frame) {
    const auto ack = read_ack_of_qos_2(frame);
    if (!ack) return;
    const bool found = lease_.release(ack->packet_id);
    answer(PacketType::Pubcomp, ack->packet_id, found);
}

void DeviceConnection::on_pubcomp(const mqtt::Frame& frame) {
    if (const auto ack = read_ack_of_qos_2(frame)) lease_.note_completed(ack->packet_id);
}

// A PUBLISH with QoS 2, before anything else is asked about it. False: it is dealt with.
bool DeviceConnection::begin_exactly_once(const mqtt::Publish& publish) {
    const Profile& profile = gateway_.settings().profile;
    if (profile.behaviour.qos_2 == Support::Refused) {
        gateway_.metrics().add(logs::Metric::PublishInClientError);
        refuse_packet({ReasonCode::QosNotSupported, "MQTT-3.2.2-11", "QoS",
                       "QoS 2 is not supported; publish with QoS 0 or 1"});
        return false;
    }
    if (lease_.may_be_incomplete(publish.packet_id)) return true;
    if (lease_.is_unreleased(publish.packet_id)) {  // passed on already [MQTT-4.3.3-10]
        answer(PacketType::Pubrec, publish.packet_id, true);
        return false;
    }
    return has_inbound_room();
}

// Whether one more message of QoS 1 or 2 may be under way from the client. False: the connection
// ended; 3.1.1 knows no such bound, see is_at_in_flight_max().
bool DeviceConnection::has_inbound_room() {
    if (!is_v5()) return true;
    const std::size_t under_way = pubacks_owed_ + lease_.unreleased_of_connection();
    if (under_way < gateway_.settings().profile.limits.in_flight_inbound_max) return true;
    gateway_.metrics().add(logs::Metric::PublishInClientError);
    refuse_packet({ReasonCode::ReceiveMaximumExceeded, "MQTT-3.3.4-7", "Receive Maximum",
                   "of CONNACK is exceeded: messages that are neither acknowledged nor released"});
    return false;
}

}  // namespace gatehouse::gateway
