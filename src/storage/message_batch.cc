#include "storage/message_batch.h"

namespace gatehouse::storage {

void MessageBatch::add(Change change, std::initializer_list<std::string_view> texts) {
    std::size_t count = 0;
    for (const std::string_view text : texts) {
        change.text_sizes[count++] = static_cast<std::uint32_t>(text.size());
    }
    const auto* raw = reinterpret_cast<const std::uint8_t*>(&change);
    bytes_.insert(bytes_.end(), raw, raw + sizeof change);
    for (const std::string_view text : texts) {
        bytes_.insert(bytes_.end(), text.begin(), text.end());
    }
}

void MessageBatch::put_session(const SessionRow& row) {
    add({.first = row.id,
         .second = row.version,
         .time = row.disconnected_at,
         .number = row.expiry_seconds,
         .other_number = row.attachment,
         .kind = Kind::PutSession},
        {row.account, row.region, row.client_id, text_of(row.will)});
}

void MessageBatch::remove_will(std::uint64_t session) {
    add({.first = session, .kind = Kind::RemoveWill});
}

void MessageBatch::remove_session(std::uint64_t session) {
    add({.first = session, .kind = Kind::RemoveSession});
}

void MessageBatch::remove_subscriptions(std::uint64_t session) {
    add({.first = session, .kind = Kind::RemoveSubscriptions});
}

void MessageBatch::put_subscription(const SubscriptionRow& row) {
    add({.first = row.session,
         .number = row.options,
         .other_number = row.identifier,
         .kind = Kind::PutSubscription},
        {row.filter});
}

void MessageBatch::remove_subscription(std::uint64_t session, std::string_view filter) {
    add({.first = session, .kind = Kind::RemoveSubscription}, {filter});
}

void MessageBatch::put_message(const MessageRow& row) {
    add({.first = row.id,
         .second = row.qos,
         .third = row.retain ? 1U : 0U,
         .time = row.expires_at,
         .number = row.expiry_at,
         .kind = Kind::PutMessage},
        {row.topic, text_of(row.properties), text_of(row.payload)});
}

void MessageBatch::remove_message(std::uint64_t id) {
    add({.first = id, .kind = Kind::RemoveMessage});
}

void MessageBatch::put_queued(const QueuedRow& row) {
    add({.first = row.session,
         .second = row.place,
         .third = row.message,
         .number = row.packet_id,
         .other_number = static_cast<std::uint32_t>(row.qos) | (row.retain ? 4U : 0U) |
                         (row.is_received ? 8U : 0U) | (row.has_passed ? 16U : 0U),
         .kind = Kind::PutQueued},
        {row.share});
}

void MessageBatch::remove_queued(std::uint64_t session, std::uint64_t place) {
    add({.first = session, .second = place, .kind = Kind::RemoveQueued});
}

void MessageBatch::number_queued(std::uint64_t session, std::uint64_t place,
                                 std::uint16_t packet_id, bool has_passed) {
    add({.first = session,
         .second = place,
         .number = packet_id,
         .other_number = has_passed ? 16U : 0U,
         .kind = Kind::NumberQueued});
}

void MessageBatch::replace_message(std::uint64_t session, std::uint64_t place,
                                   std::uint64_t message) {
    add({.first = session, .second = place, .third = message, .kind = Kind::ReplaceMessage});
}

void MessageBatch::note_received(std::uint64_t session, std::uint64_t place) {
    add({.first = session, .second = place, .kind = Kind::NoteReceived});
}

void MessageBatch::hold_id(const HeldRow& row) {
    add({.first = row.session,
         .second = row.loop,
         .third = row.use,
         .number = row.packet_id,
         .other_number = row.loops,
         .kind = Kind::HoldId},
        {row.share});
}

void MessageBatch::release_id(std::uint64_t session, std::uint16_t packet_id, std::uint64_t use) {
    add({.first = session, .third = use, .number = packet_id, .kind = Kind::ReleaseId});
}

void MessageBatch::put_retained(const RetainedRow& row) {
    add({.first = row.version,
         .second = row.qos,
         .third = static_cast<std::uint64_t>(row.retained_at),
         .time = row.expires_at,
         .number = row.expiry_at,
         .kind = Kind::PutRetained},
        {row.account, row.region, row.topic, text_of(row.properties), text_of(row.payload)});
}

void MessageBatch::put_pledge(const PledgeRow& row) {
    add({.first = row.number, .second = row.qos, .kind = Kind::PutPledge},
        {row.account, row.region, row.topic, text_of(row.properties), text_of(row.payload),
         text_of(row.context)});
}

void MessageBatch::remove_pledge(std::uint64_t number) {
    add({.first = number, .kind = Kind::RemovePledge});
}

}  // namespace gatehouse::storage
