// What the server may say on a connection, and in which order.
#include <algorithm>
#include <variant>

#include "gateway/conversation/client_model.h"
#include "gateway/conversation/finding.h"
#include "mqtt/packet.h"

namespace gatehouse::gateway {

using mqtt::PacketType;

namespace {

template <class Packet>
const Packet& as(const mqtt::Packet& packet) {
    return std::get<Packet>(packet);
}

}  // namespace

void ClientModel::note_received(BytesView bytes) {
    expect(!has_ended_, "bytes after the end of the stream");
    received_.insert(received_.end(), bytes.begin(), bytes.end());
    std::size_t used = 0;
    while (true) {
        const BytesView left = BytesView(received_).subspan(used);
        const mqtt::FrameScan scan = mqtt::find_frame(left, mqtt::packet_size_max);
        if (scan.status == mqtt::FrameStatus::NeedMore) break;
        expect(scan.status == mqtt::FrameStatus::Complete, "the server sent no MQTT");
        check(scan.frame);
        used += scan.frame.size;
    }
    received_.erase(received_.begin(), received_.begin() + static_cast<std::ptrdiff_t>(used));
}

void ClientModel::note_end() {
    has_ended_ = true;  // within a packet, perhaps, if the client did not read for long
}

void ClientModel::check(const mqtt::Frame& frame) {
    expect(connect_ || refused_in_, "a packet before there was a CONNECT to answer");
    const auto version = refused_in_.value_or(version_);
    const auto packet = mqtt::decode_packet(frame, version, mqtt::Sender::Server);
    expect(packet.has_value(), packet ? "" : packet.error().describe());
    expect(!connect_ || frame.size <= (*connect_)->properties.maximum_packet_size,
           "a packet over the client's Maximum Packet Size [MQTT-3.1.2-24]");
    expect(phase_ != Phase::Refused && phase_ != Phase::Over, "a packet after the last one");
    if (frame.type() == PacketType::Connack) return check_connack(as<mqtt::Connack>(*packet));
    expect(phase_ == Phase::Connected, "a packet before CONNACK [MQTT-3.2.0-1]");
    switch (frame.type()) {
        case PacketType::Publish: return check_publish(as<mqtt::Publish>(*packet));
        case PacketType::Puback:
        case PacketType::Pubrec:
        case PacketType::Pubrel:
        case PacketType::Pubcomp: return check_ack(as<mqtt::Ack>(*packet));
        case PacketType::Suback: return check_suback(as<mqtt::Suback>(*packet));
        case PacketType::Unsuback: {
            const auto& unsuback = as<mqtt::Unsuback>(*packet);
            expect(!unsubscribes_.empty() && unsubscribes_.front().first == unsuback.packet_id,
                   "an UNSUBACK that nobody waits for");
            expect(!is_v5() || unsuback.reasons.size() == unsubscribes_.front().second,
                   "an UNSUBACK without a code for each filter [MQTT-3.10.4-5]");
            unsubscribes_.pop_front();
            return check_explanation(unsuback.properties);
        }
        case PacketType::Pingresp:
            expect(pings_ > 0, "a PINGRESP that nobody waits for");
            --pings_;
            return;
        case PacketType::Disconnect:
            expect(is_v5(), "a DISCONNECT to a client before MQTT 5");
            expect(as<mqtt::Disconnect>(*packet).reason != mqtt::ReasonCode::DisconnectWithWill,
                   "a DISCONNECT with a code of clients");
            phase_ = Phase::Over;
            return;
        default: expect(false, "a packet that a server does not send");
    }
}

void ClientModel::check_connack(const mqtt::Connack& connack) {
    expect(phase_ == Phase::Connecting, "a second CONNACK");
    if (mqtt::is_failure(connack.reason)) {
        expect(!connack.session_present, "a session, and refused [MQTT-3.2.2-6]");
        phase_ = Phase::Refused;
        return;
    }
    expect(connect_.has_value(), "a CONNECT that does not decode was taken");
    phase_ = Phase::Connected;
    const bool is_clean = (*connect_)->clean_start;
    expect(!connack.session_present || !is_clean, "a session after Clean Start [MQTT-3.2.2-2]");
    // MQTT 3.1 does not tell.
    is_resumed_ = version_ == mqtt::ProtocolVersion::V3_1 ? !is_clean : connack.session_present;
    if (is_latest()) {
        record_->is_latest_in = true;
    } else {
        follows_ = 0;
    }
    is_certain_ =
        may_everything() && (*connect_)->properties.maximum_packet_size == mqtt::packet_size_max;
    const bool goes_on = is_certain_ && connack.session_present && follows_ != 0;
    if (!goes_on) ledger_.promises().forget(record_->client_id);
    expect(!is_resumed_ || !(*connect_)->client_id.empty(),
           "a session of a client without a client id");
}

void ClientModel::check_suback(const mqtt::Suback& suback) {
    check_explanation(suback.properties);
    expect(!subscribes_.empty() && subscribes_.front().first == suback.packet_id,
           "a SUBACK that nobody waits for");
    const std::vector<AskedFilter> asked = std::move(subscribes_.front().second);
    subscribes_.pop_front();
    expect(suback.reasons.size() == asked.size(),
           "a SUBACK without a code for each filter [MQTT-3.8.4-5]");
    if (!is_certain_ || !is_latest()) return;
    for (std::size_t i = 0; i < asked.size(); ++i) {
        const bool is_kept = suback.reasons[i] == mqtt::granted(mqtt::Qos::AtLeastOnce) ||
                             suback.reasons[i] == mqtt::granted(mqtt::Qos::ExactlyOnce);
        // Of one filter twice, the last counts [MQTT-3.8.4-3].
        const bool is_last =
            std::none_of(asked.begin() + static_cast<std::ptrdiff_t>(i) + 1, asked.end(),
                         [&](const AskedFilter& later) { return later.filter == asked[i].filter; });
        if (is_kept && is_last && asked[i].is_promise) {
            ledger_.promises().note_subscribed(record_->client_id, asked[i].filter);
        }
    }
}

// What the client takes the topic for.
std::string ClientModel::topic_of(const mqtt::Publish& publish) {
    const std::uint16_t alias = publish.properties.topic_alias;
    if (alias == 0) {
        expect(!publish.topic.empty(), "a PUBLISH without topic and alias");
        return std::string(publish.topic);
    }
    expect(alias <= (*connect_)->properties.topic_alias_maximum,
           "a topic alias over the client's maximum [MQTT-3.1.2-26]");
    if (!publish.topic.empty()) aliases_[alias] = publish.topic;
    expect(aliases_.contains(alias), "a topic alias that stands for no topic");
    return aliases_[alias];
}

void ClientModel::check_publish(const mqtt::Publish& publish) {
    const std::string topic = topic_of(publish);
    if (publish.qos != mqtt::Qos::AtMostOnce) check_in_flight(publish);
    ledger_.check_delivery(
        *record_, publish, topic,
        is_latest() ? MessageLedger::Reader::Latest : MessageLedger::Reader::TakenOver);
    if (publish.qos == mqtt::Qos::AtLeastOnce) {
        due_.emplace_back(PacketType::Puback, publish.packet_id);
    } else if (publish.qos == mqtt::Qos::ExactlyOnce) {
        due_.emplace_back(PacketType::Pubrec, publish.packet_id);
    }
}

void ClientModel::check_in_flight(const mqtt::Publish& publish) {
    expect(publish.qos != mqtt::Qos::ExactlyOnce || profile_.behaviour.qos_2 == Support::Allowed,
           "QoS 2 where it is not supported");
    expect(!publish.dup || is_resumed_, "DUP in a new session");
    // The server may have taken its acknowledgement for one of this message.
    if (uncertain_.contains(publish.packet_id)) return;
    expect(in_flight_.emplace(publish.packet_id, Sent{publish.qos, false}).second,
           "a packet id that is in use [MQTT-2.2.1-4]");
    const std::uint32_t most = std::min<std::uint32_t>((*connect_)->properties.receive_maximum,
                                                       profile_.limits.in_flight_outbound_max);
    expect(in_flight_.size() <= most, "more in flight than Receive Maximum [MQTT-3.3.4-9]");
}

void ClientModel::check_ack(const mqtt::Ack& ack) {
    check_explanation(ack.properties);
    if (ack.type == PacketType::Pubrel) return check_release(ack);
    auto& owed = acks_[ack.type];
    expect(!owed.empty() && owed.front().first == ack.packet_id,
           "an acknowledgement that is not the next [MQTT-4.6.0-2, MQTT-4.6.0-3]");
    if (ack.type != PacketType::Pubcomp && !mqtt::is_failure(ack.reason)) {
        ledger_.promises().note_acknowledged(owed.front().second);
    }
    if (ack.type == PacketType::Pubcomp && owed.front().second == 1 &&
        record_->uses[ack.packet_id] == 1) {
        record_->uses.erase(ack.packet_id);
    }
    owed.pop_front();
    if (ack.type == PacketType::Pubrec && mqtt::is_failure(ack.reason)) {
        record_->unreleased.erase(ack.packet_id);
    }
}

// The answer to PUBREC, in its order, or once after the session was resumed.
void ClientModel::check_release(const mqtt::Ack& ack) {
    auto& owed = acks_[PacketType::Pubrel];
    if (!owed.empty() && owed.front().first == ack.packet_id) {
        owed.pop_front();
    } else {
        expect(is_resumed_ && ack.reason == mqtt::ReasonCode::Success &&
                   released_again_.insert(ack.packet_id).second,
               "a PUBREL without PUBREC [MQTT-4.3.3-4]");
    }
    if (ack.reason == mqtt::ReasonCode::Success && is_latest()) {
        ledger_.note_released(*record_, ack.packet_id);
    }
    due_.emplace_back(PacketType::Pubcomp, ack.packet_id);
}

void ClientModel::check_explanation(const mqtt::ReasonProperties& properties) const {
    const bool is_wanted = (*connect_)->properties.request_problem_information;
    expect(is_wanted || (!properties.reason_string && properties.user_properties.empty()),
           "a reason that the client does not want [MQTT-3.1.2-29]");
}

void ClientModel::expect_delivered() {
    if (has_ended_ || phase_ != Phase::Connected || !is_certain_) return;
    if (is_latest()) ledger_.promises().check(record_->client_id);
}

void ClientModel::expect_answered() const {
    if (has_ended_) return;
    expect(phase_ != Phase::Refused && phase_ != Phase::Over,
           "the server said its last and did not close");
    if (phase_ != Phase::Connected) return;
    expect(!is_done_, "the connection should have ended");
    expect(subscribes_.empty(), "a SUBSCRIBE has no answer");
    expect(unsubscribes_.empty(), "an UNSUBSCRIBE has no answer");
    expect(pings_ == 0, "a PINGREQ has no answer");
    for (const auto& [type, owed] : acks_) {
        expect(owed.empty(), "a PUBLISH, PUBREC or PUBREL has no answer");
    }
}

}  // namespace gatehouse::gateway
