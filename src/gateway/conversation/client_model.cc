#include "gateway/conversation/client_model.h"

#include <variant>

#include "mqtt/packet.h"
#include "mqtt/topic.h"

namespace gatehouse::gateway {

using mqtt::PacketType;

void ClientModel::note_sent(BytesView bytes) {
    sent_.insert(sent_.end(), bytes.begin(), bytes.end());
    std::size_t used = 0;
    while (!is_done_) {
        const BytesView left = BytesView(sent_).subspan(used);
        const mqtt::FrameScan scan = mqtt::find_frame(left, mqtt::packet_size_max);
        if (scan.status == mqtt::FrameStatus::NeedMore) break;
        if (scan.status != mqtt::FrameStatus::Complete) {
            is_done_ = true;
            break;
        }
        take_sent(scan.frame);
        used += scan.frame.size;
    }
    sent_.erase(sent_.begin(), sent_.begin() + static_cast<std::ptrdiff_t>(used));
}

void ClientModel::take_sent(const mqtt::Frame& frame) {
    if (phase_ == Phase::Fresh) return take_connect(frame);
    const auto packet = mqtt::decode_packet(frame, version_, mqtt::Sender::Client);
    if (!packet) {
        is_done_ = true;
        return;
    }
    switch (frame.type()) {
        case PacketType::Publish: return take_sent_publish(std::get<mqtt::Publish>(*packet), frame);
        case PacketType::Puback:
        case PacketType::Pubrec:
        case PacketType::Pubrel:
        case PacketType::Pubcomp: return take_sent_ack(std::get<mqtt::Ack>(*packet));
        case PacketType::Subscribe: return take_sent_subscribe(std::get<mqtt::Subscribe>(*packet));
        case PacketType::Unsubscribe: {
            const auto& unsubscribe = std::get<mqtt::Unsubscribe>(*packet);
            unsubscribes_.emplace_back(unsubscribe.packet_id, unsubscribe.filters.size());
            for (const std::string_view filter : unsubscribe.filters) {
                note_changing(filter);
            }
            return;
        }
        case PacketType::Pingreq: ++pings_; return;
        default: is_done_ = true;  // DISCONNECT, or what a client may not send
    }
}

void ClientModel::take_connect(const mqtt::Frame& frame) {
    phase_ = Phase::Connecting;
    if (frame.type() != PacketType::Connect) {
        is_done_ = true;
        return;
    }
    auto connect = mqtt::OwnedConnect::decode(frame);
    if (!connect) {
        refused_in_ = mqtt::answer_version(frame);
        is_done_ = true;
        return;
    }
    connect_.emplace(std::move(*connect));
    version_ = (*connect_)->version;
    const std::string_view client_id = (*connect_)->client_id;
    // The server makes up a client id, which nobody else can have.
    record_ = client_id.empty() ? &ledger_.record_of("auto-" + std::to_string(number_))
                                : &ledger_.record_of(client_id);
    // Two CONNECTs on their way may arrive in either order.
    follows_ = record_->is_latest_in ? record_->latest : 0;
    record_->latest = number_;
    record_->is_latest_in = false;
}

void ClientModel::take_sent_publish(const mqtt::Publish& publish, const mqtt::Frame& frame) {
    auto published = MessageLedger::Published::Anew;
    bool is_new_id = true;
    const MessageNumber number = MessageLedger::number_in(publish.payload).value_or(0);
    if (publish.qos == mqtt::Qos::AtLeastOnce) {
        acks_[PacketType::Puback].emplace_back(publish.packet_id, number);
    } else if (publish.qos == mqtt::Qos::ExactlyOnce) {
        acks_[PacketType::Pubrec].emplace_back(publish.packet_id, number);
        last_exactly_once_.assign(frame.data, frame.data + frame.size);
        is_new_id = ++record_->uses[publish.packet_id] == 1;
        published = take_exactly_once(publish);
    }
    if (number == 0) return;
    ledger_.note_published(number, number_, publish.qos, published);
    const bool is_promise = phase_ == Phase::Connected && may_everything() &&
                            publish.qos != mqtt::Qos::AtMostOnce && !publish.topic.empty() &&
                            !publish.properties.message_expiry_interval && is_new_id;
    if (is_promise) ledger_.promises().note_published(number, publish.topic);
}

void ClientModel::take_sent_subscribe(const mqtt::Subscribe& subscribe) {
    ledger_.note_subscribed(*record_, subscribe);
    std::vector<AskedFilter> filters;
    for (const mqtt::Subscription& asked : subscribe.subscriptions) {
        note_changing(asked.filter);
        filters.push_back({std::string(asked.filter),
                           !asked.no_local && !mqtt::split_filter(asked.filter).is_shared()});
    }
    subscribes_.emplace_back(subscribe.packet_id, std::move(filters));
}

// Another SUBSCRIBE or an UNSUBSCRIBE goes out.
void ClientModel::note_changing(std::string_view filter) {
    ledger_.promises().note_changing(record_->client_id, filter);
    for (auto& [id, asked] : subscribes_) {
        for (AskedFilter& each : asked) each.is_promise &= each.filter != filter;
    }
}

// An acknowledgement of nothing that the client has seen. The server may have sent it all the same,
// and the client may never get to see it.
void ClientModel::note_uncertain(mqtt::PacketId id) {
    uncertain_.insert(id);
    is_certain_ = false;
    ledger_.promises().forget(record_->client_id);
}

bool ClientModel::may_everything() const {
    return (*connect_)->user_name == "full";
}

// As before: the session holds the packet id for this message, if it got it at all.
MessageLedger::Published ClientModel::take_exactly_once(const mqtt::Publish& publish) {
    const MessageNumber number = MessageLedger::number_in(publish.payload).value_or(0);
    const auto known = record_->unreleased.find(publish.packet_id);
    const bool is_same_session =
        known != record_->unreleased.end() &&
        (known->second.connection == number_ ||
         (is_resumed_ && follows_ != 0 && known->second.connection == follows_));
    const bool is_repeated = is_same_session && known->second.number == number;
    record_->unreleased[publish.packet_id] = {number, number_};
    return is_repeated ? MessageLedger::Published::AsBefore : MessageLedger::Published::Anew;
}

void ClientModel::take_sent_ack(const mqtt::Ack& ack) {
    const auto found = in_flight_.find(ack.packet_id);
    const bool is_known = found != in_flight_.end();
    const bool is_exactly_once = is_known && found->second.qos == mqtt::Qos::ExactlyOnce;
    switch (ack.type) {
        case PacketType::Pubrel:
            acks_[PacketType::Pubcomp].emplace_back(ack.packet_id, record_->uses[ack.packet_id]);
            record_->unreleased.erase(ack.packet_id);
            return;
        case PacketType::Puback:
            if (!is_known) note_uncertain(ack.packet_id);
            if (is_known && !is_exactly_once) in_flight_.erase(found);
            return;
        case PacketType::Pubrec:
            if (!is_known) note_uncertain(ack.packet_id);
            if (!mqtt::is_failure(ack.reason)) {
                acks_[PacketType::Pubrel].emplace_back(ack.packet_id, 0);
                if (is_exactly_once) found->second.is_received = true;
            } else if (is_exactly_once) {
                in_flight_.erase(found);
            }
            return;
        default:
            if (!is_known) note_uncertain(ack.packet_id);
            if (is_exactly_once && found->second.is_received) in_flight_.erase(found);
    }
}

}  // namespace gatehouse::gateway
