// The part of Shard that waits for the disk.
#include <algorithm>
#include <utility>

#include "broker/shard.h"
#include "broker/shared_state.h"
#include "broker/withheld.h"

namespace gatehouse::broker {

void Shard::withhold(Session& session, WithheldItem item) {
    if (item.kind == WithheldItem::Kind::Acknowledgement) item.trail = take_trail(&session);
    item.slot = session.place_.slot;
    item.attachment = session.attachment_;
    if (item.kind != WithheldItem::Kind::Resume) ++session.withheld_;
    withheld_->add(std::move(item));
    port_.request_turn_end();
}

bool Shard::is_disk_failing() const {
    return journal_->is_failing();
}

std::size_t Shard::waiting_for_disk() const {
    return journal_->waiting_bytes();
}

void Shard::when_kept(std::function<void(bool is_kept)> call) {
    withheld_->add({.kind = WithheldItem::Kind::Call,
                    .trail = take_trail(nullptr),
                    .call = std::make_unique<WhenKept>(std::move(call))});
    port_.request_turn_end();
}

void Shard::release_pledge(std::uint64_t number) {
    const auto released = released_pledges_.lock();
    released->push_back(number);
    // More may come before it looks.
    if (released->size() == 1) port_.wake();
}

void Shard::remove_released_pledges() {
    const auto released = std::exchange(*released_pledges_.lock(), {});
    for (const std::uint64_t number : released) journal_->remove_pledge(number);
}

// Null: its connection is gone.
Session* Shard::waiting_session(const WithheldItem& item) {
    Session* session = directory_.at(item.slot);
    const bool is_same = session != nullptr && session->attachment_ == item.attachment;
    if (!is_same || !session->is_connected()) return nullptr;
    return session;
}

void Shard::settle() {
    if (!journal_->is_kept()) return;
    const std::uint64_t settled = journal_->settled();
    mail_.settle_received();
    while (auto item = withheld_->take_settled()) release(*item);
    if (journal_->is_failing()) [[unlikely]]
        refuse_what_waits();
    if (!waiting_wills_.empty() && !journal_->is_failing()) [[unlikely]]
        send_waiting_wills();
    journal_->hand_over();
    // What needed no writing after all is settled by that, and no writer wakes the loop for it.
    if (journal_->settled() > settled) [[unlikely]]
        port_.request_turn_end();
}

void Shard::release(WithheldItem& item) {
    using Kind = WithheldItem::Kind;
    if (item.kind == Kind::Removal) {
        const auto& removed = *item.removed;
        if (removed.packet_id != 0) {
            return journal_->release_id(removed.session, removed.packet_id, removed.use);
        }
        if (removed.record == 0) return journal_->remove_nameless(removed.session);
        return journal_->remove_later(removed.session, removed.record, removed.message);
    }
    if (item.kind == Kind::Call) return (*item.call)(true);
    Session* session = waiting_session(item);
    if (session == nullptr) return;
    if (item.kind == Kind::Resume) return delivery_.send_queued(*session);
    --session->withheld_;
    if (item.kind == Kind::Acknowledgement) {
        session->outbound_->on_kept(item.type, item.packet_id);
    } else {
        session->outbound_->send(*item.packet);
    }
}

void Shard::remove_when_kept(OnDisk what) {
    withheld_->add({.kind = WithheldItem::Kind::Removal,
                    .removed = std::make_unique<OnDisk>(std::move(what))});
    port_.request_turn_end();
}

void Shard::send_when_kept(Session& session, Bytes packet) {
    // What waits may be of the client's connection before this one.
    const bool is_kept =
        session.record_ == 0 || (journal_->settled() >= journal_->last() && withheld_->is_empty());
    if (is_kept && session.withheld_ == 0) return session.outbound_->send(packet);
    withhold(session, {.kind = WithheldItem::Kind::Packet,
                       .packet = std::make_unique<Bytes>(std::move(packet))});
}

// Whether there is somebody for whom the message has to be kept.
bool Shard::wants_disk(const Publisher& from, const Route& route,
                       const Publication& publication) const {
    if (!journal_->is_kept() || publication.qos == mqtt::Qos::AtMostOnce) return false;
    if (publication.packet_id != 0 && from.session_->record_ != 0) return true;
    if (publication.retain == Retain::Yes || route.durable_loops_ != 0) return true;
    if (route.extras_ != nullptr && !route.extras_->shares.empty()) return true;
    return std::ranges::any_of(route.receivers_, [](const Receiver& receiver) {
        return receiver.session->record_ != 0 && receiver.qos != mqtt::Qos::AtMostOnce;
    });
}

}  // namespace gatehouse::broker
