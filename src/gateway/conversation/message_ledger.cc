#include "gateway/conversation/message_ledger.h"

#include <algorithm>
#include <charconv>

#include "gateway/conversation/finding.h"
#include "mqtt/property.h"
#include "mqtt/topic.h"

namespace gatehouse::gateway {

std::string MessageLedger::payload_of(MessageNumber number, std::size_t size) {
    std::string payload = "m" + std::to_string(number) + ";";
    if (payload.size() < size) payload.resize(size, '.');
    return payload;
}

std::optional<MessageNumber> MessageLedger::number_in(BytesView payload) {
    const std::string_view text = text_of(payload);
    const std::size_t end = text.find(';');
    if (!text.starts_with('m') || end == text.npos) return std::nullopt;
    MessageNumber number = 0;
    const auto read = std::from_chars(text.data() + 1, text.data() + end, number);
    if (read.ec != std::errc() || read.ptr != text.data() + end) return std::nullopt;
    return number;
}

ClientRecord& MessageLedger::record_of(std::string_view client_id) {
    const auto found = records_.find(client_id);
    if (found != records_.end()) return found->second;
    ClientRecord& record = records_[std::string(client_id)];
    record.client_id = client_id;
    return record;
}

void MessageLedger::note_published(MessageNumber number, std::uint64_t publisher, mqtt::Qos qos,
                                   Published how) {
    if (how == Published::AsBefore) return;
    MessageNumber& newest = newest_[publisher];
    const auto [message, is_new] = published_.try_emplace(number, Message{publisher, qos});
    if (!is_new || number <= newest) message->second.is_judged = false;
    newest = std::max(newest, number);
}

void MessageLedger::note_subscribed(ClientRecord& record, const mqtt::Subscribe& subscribe) {
    if (subscribe.subscription_identifier) {
        record.identifiers.insert(*subscribe.subscription_identifier);
    }
    for (const mqtt::Subscription& subscription : subscribe.subscriptions) {
        const mqtt::FilterParts parts = mqtt::split_filter(subscription.filter);
        record.filters.emplace(parts.filter);
        record.uses_shares |= parts.is_shared();
    }
}

// Null: it is not.
const MessageLedger::Message* MessageLedger::judged(MessageNumber number) const {
    const auto found = published_.find(number);
    return found != published_.end() && found->second.is_judged ? &found->second : nullptr;
}

void MessageLedger::check_is_subscribed(const ClientRecord& record, const mqtt::Publish& publish,
                                        std::string_view topic) const {
    bool is_wanted = false;
    for (const std::string& filter : record.filters) {
        is_wanted |= mqtt::matches(filter, topic, mqtt::MultiLevel::IncludesParent);
    }
    expect(is_wanted, "a PUBLISH that no filter of the client asks for");
    mqtt::PropertyReader reader(publish.properties.raw, mqtt::PropertySection::Publish);
    while (reader.next()) {
        if (reader.property().id != mqtt::PropertyId::SubscriptionIdentifier) continue;
        expect(record.identifiers.contains(reader.property().number),
               "a Subscription Identifier that the client never gave [MQTT-3.3.4-3]");
    }
}

void MessageLedger::check_delivery(ClientRecord& record, const mqtt::Publish& publish,
                                   std::string_view topic, Reader reader) {
    if (topic != direct_topic) check_is_subscribed(record, publish, topic);
    const auto number = number_in(publish.payload);
    if (number) promises_.note_delivered(record.client_id, *number);
    if (reader == Reader::TakenOver) return;
    const bool is_exactly_once = publish.qos == mqtt::Qos::ExactlyOnce;
    if (is_exactly_once) record.held[publish.packet_id] = number.value_or(0);
    // Retained messages come with every subscription, and groups give on what was not acknowledged.
    const Message* const message = number ? judged(*number) : nullptr;
    if (message == nullptr || publish.retain || record.uses_shares) return;
    if (is_exactly_once) {
        expect(!record.completed.contains(*number),
               "a message of QoS 2 again after its PUBREL [MQTT-4.3.3-13]");
    }
    if (publish.dup || (was_restarted_ && !is_exactly_once)) return;
    expect(record.taken_as_new.insert(*number).second,
           "a message again without DUP [MQTT-3.3.1-1]");
    MessageNumber& newest =
        record.newest[{message->publisher, std::string(topic), message->qos, publish.qos}];
    expect(*number > newest, "a message that overtook another [MQTT-4.6.0-6]");
    newest = *number;
}

void MessageLedger::note_released(ClientRecord& record, mqtt::PacketId id) {
    const auto found = record.held.find(id);
    if (found == record.held.end()) return;
    record.completed.insert(found->second);
    record.held.erase(found);
}

}  // namespace gatehouse::gateway
