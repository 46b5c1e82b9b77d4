#include "broker/journal.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "broker/session.h"
#include "broker/shared_state.h"
#include "broker/stored_forms.h"

namespace gatehouse::broker {
namespace {

// Numbers of sessions and messages are given by each loop on its own.
constexpr std::uint64_t loops_apart = 64;
// How long the end of the program waits for a disk that is slow.
constexpr std::chrono::seconds finish_max{5};
// How long a message that was sent waits for its acknowledgement before it is written: a client
// that is well takes less, and then nothing has to be written at all. Under load everything takes
// longer, and writing costs more than waiting.
constexpr std::chrono::milliseconds acknowledgement_wait{2};
constexpr std::chrono::milliseconds acknowledgement_wait_under_load{20};
constexpr std::size_t entries_under_load = 256;
// Entries in front of the others that are kept, before they are moved together.
constexpr std::size_t dropped_max = 4096;
// Of changes that wait for the disk, on one loop.
constexpr std::size_t waiting_bytes_max = 16 * 1024 * 1024;

}  // namespace

void Journal::begin_after(const storage::MessageNumbers& used) {
    next_session_ = used.session / loops_apart + 1;
    next_message_ = used.message / loops_apart + 1;
    first_pending_ = used.place + 1;
    if (writer_ != nullptr) writer_->skip_to(loop_, used.place);
}

std::uint64_t Journal::new_session() {
    return newest_session_ = next_session_++ * loops_apart + loop_;
}

void Journal::put_session(const Session& session, std::int64_t disconnected_at) {
    const bool is_new = std::exchange(newest_session_, 0) == session.record_;
    if (note_stale(session)) {
        Stale& stale = stale_.at(&session);
        stale.disconnected_at = disconnected_at;
        stale.is_new |= is_new;
        return;
    }
    put_row(session, disconnected_at);
    count_one();
}

void Journal::put_row(const Session& session, std::int64_t disconnected_at) {
    const Bytes will = session.will_ == nullptr ? Bytes() : encode_will(*session.will_);
    batch_.put_session({.id = session.record_,
                        .account = session.tenant().account.view(),
                        .region = session.tenant().region.view(),
                        .client_id = session.client_id(),
                        .version = static_cast<std::uint8_t>(session.version_),
                        .expiry_seconds = session.expiry_seconds_,
                        .disconnected_at = disconnected_at,
                        .will = will,
                        .attachment = session.attachment_});
}

void Journal::remove_session(const Session& session) {
    want_turn_end();
    if (forget_stale(session)) batch_.remove_session(session.record_);
}

void Journal::remove_will(const Session& session) {
    if (!note_stale(session)) {
        batch_.remove_will(session.record_);
        count_one();
        return;
    }
    Stale& stale = stale_.at(&session);
    if (stale.disconnected_at == 0) stale.disconnected_at = wall_now();
}

void Journal::rename_ended(const Session& session) {
    want_turn_end();
    if (forget_stale(session)) batch_.remove_session(session.record_);
    put_nameless(session.record_, session.tenant_, original_client_id(session.client_id()), {});
}

std::uint64_t Journal::put_will(const TenantState& tenant, std::string_view client_id,
                                const Will& will) {
    const std::uint64_t session = next_session_++ * loops_apart + loop_;
    put_nameless(session, tenant, client_id, encode_will(will));
    return session;
}

std::pair<std::uint64_t, RecordNumber> Journal::put_wandering(const TenantState& tenant,
                                                              Given given, const HeldId& held) {
    const std::uint64_t session = next_session_++ * loops_apart + loop_;
    put_nameless(session, tenant, {}, {});
    const RecordNumber record = count_one();
    put_given(session, tenant, given, record, false, Passes::No);
    if (held.holder != 0) encode(Held{held, &tenant, given.group});
    return {session, record};
}

std::uint64_t Journal::put_shared(const Session& session) {
    const std::uint64_t number = next_session_++ * loops_apart + loop_;
    put_nameless(number, session.tenant_, session.client_id(), {});
    return number;
}

void Journal::put_nameless(std::uint64_t session, const TenantState& tenant,
                           std::string_view client_id, BytesView will) {
    const std::string name = nameless_client_id(session, client_id);
    batch_.put_session({.id = session,
                        .account = tenant.name.account.view(),
                        .region = tenant.name.region.view(),
                        .client_id = name,
                        .version = static_cast<std::uint8_t>(mqtt::ProtocolVersion::V5),
                        .disconnected_at = wall_now(),
                        .will = will});
    count_one();
}

void Journal::remove_nameless(std::uint64_t session) {
    want_turn_end();
    batch_.remove_session(session);
}

void Journal::put_subscription(const Session& session, std::string_view filter,
                               const SubscriptionOptions& options) {
    if (note_stale(session)) return;
    batch_.put_subscription({.session = session.record_,
                             .filter = filter,
                             .options = subscription_word(options),
                             .identifier = options.identifier});
    count_one();
}

void Journal::remove_subscription(const Session& session, std::string_view filter) {
    if (note_stale(session)) return;
    batch_.remove_subscription(session.record_, filter);
    count_one();
}

void Journal::begin_hold() {
    pending_.push_back({.begins_hold = true});
}

void Journal::hold_id(const HeldId& held, const TenantState& tenant, ShareNumber group) {
    want_turn_end();
    held_.push_back({held, &tenant, group});
    pending_.push_back({.is_of_held = true});
}

void Journal::release_id(std::uint64_t holder, mqtt::PacketId id, std::uint64_t use) {
    want_turn_end();
    held_.push_back({{holder, use, id}, nullptr, 0});
    pending_.push_back({.is_of_held = true});
}

// --- sessions while the disk does not keep up ------------------------------------------------

std::size_t Journal::waiting_bytes() const {
    return batch_.bytes() + (pending_.size() - begin_) * sizeof(Entry) +
           held_.size() * sizeof(Held) + stale_.size() * sizeof(*stale_.begin());
}

bool Journal::is_overfull() const {
    return waiting_bytes() > waiting_bytes_max;
}

bool Journal::note_stale(const Session& session) {
    if (!stale_.contains(&session)) {
        if (!is_overfull()) return false;
        // One number for all of them: what waits for it waits for the batch that has them.
        if (stale_.empty()) count_one();
        stale_.emplace(&session, Stale());
    }
    want_turn_end();
    return true;
}

// Queued messages and held ids have rows of their own, which stay.
void Journal::write_stale() {
    for (const auto& [session, stale] : stale_) {
        const std::uint64_t record = session->record_;
        if (!stale.is_new) batch_.remove_subscriptions(record);
        put_row(*session, session->is_connected() ? 0 : stale.disconnected_at);
        session->for_each_subscription(
            [&](const std::string& filter, const SubscriptionOptions& options) {
                batch_.put_subscription({.session = record,
                                         .filter = filter,
                                         .options = subscription_word(options),
                                         .identifier = options.identifier});
            });
    }
    stale_.clear();
}

bool Journal::forget_stale(const Session& session) {
    const auto found = stale_.find(&session);
    if (found == stale_.end()) return true;
    const bool had_rows = !found->second.is_new;
    stale_.erase(found);
    return had_rows;
}

// --- messages of sessions --------------------------------------------------------------------

RecordNumber Journal::put(const Session& session, Given given, Passes passes) {
    want_turn_end();
    ++given_;
    const SteadyTime sent_at = given.packet_id != 0 ? port_.now() : SteadyTime::min();
    pending_.push_back(
        {.session = &session, .given = std::move(given), .sent_at = sent_at, .passes = passes});
    return last();
}

std::uint64_t Journal::number(const Session& session, RecordNumber record, mqtt::PacketId id,
                              Passes passes) {
    if (record >= first_pending_) {
        entry(record).given.packet_id = id;
        entry(record).passes = passes;
        return record;
    }
    batch_.number_queued(session.record_, record, id, passes == Passes::Yes);
    return count_one();
}

void Journal::note_received(const Session& session, RecordNumber record,
                            const MessageRef& message) {
    if (record >= first_pending_) {
        entry(record).is_received = true;
        entry(record).given.message = {};
        return;
    }
    batch_.note_received(session.record_, record);
    forget(message);
    count_one();
}

void Journal::remove(const Session& session, RecordNumber record, const MessageRef& message) {
    if (record < first_pending_) return remove_later(session.disk_record(), record, message);
    entry(record) = {.is_needless = true};
    while (begin_ + needless_ < pending_.size() && pending_[begin_ + needless_].is_needless) {
        ++needless_;
    }
    if (needless_ != 0) want_turn_end();
}

void Journal::write_out(RecordNumber record) {
    if (record < first_pending_) return;
    // All, since a held packet id may belong to it.
    encode_pending(pending_.size() - begin_);
}

void Journal::remove_later(std::uint64_t session, RecordNumber record, const MessageRef& message) {
    want_turn_end();
    batch_.remove_queued(session, record);
    if (message) forget(message);
}

void Journal::replace_message(std::uint64_t session, RecordNumber record, const MessageRef& copy) {
    want_turn_end();
    batch_.replace_message(session, record, keep(copy));
}

std::uint64_t Journal::keep(const MessageRef& message) {
    if (!message) return 0;
    if (message->add_record()) return message->record();
    const std::uint64_t id = next_message_++ * loops_apart + loop_;
    message->adopt_record(id);
    const Publication publication = message->publication(SteadyTime());
    batch_.put_message({.id = id,
                        .topic = message->topic(),
                        .properties = publication.properties,
                        .payload = publication.payload,
                        .qos = static_cast<std::uint8_t>(publication.qos),
                        .retain = publication.retain == Retain::Yes,
                        .expiry_at = publication.expiry_at,
                        .expires_at = wall_of(message->expires_at())});
    return id;
}

void Journal::forget(const MessageRef& message) {
    const std::uint64_t id = message->record();
    if (message->remove_record()) batch_.remove_message(id);
}

// --- retained messages -----------------------------------------------------------------------

void Journal::put_retained(const storage::RetainedRow& row) {
    batch_.put_retained(row);
    count_one();
}

// --- to the disk -----------------------------------------------------------------------------

void Journal::want_turn_end() {
    if (is_turn_end_wanted_) return;
    is_turn_end_wanted_ = true;
    port_.request_turn_end();
}

std::uint64_t Journal::count_one() {
    want_turn_end();
    pending_.push_back({});
    return last();
}

void Journal::encode(const Entry& entry, RecordNumber record) {
    const Session& session = *entry.session;
    put_given(session.disk_record(), session.tenant_, entry.given, record, entry.is_received,
              entry.passes);
}

void Journal::put_given(std::uint64_t session, const TenantState& tenant, const Given& given,
                        RecordNumber record, bool is_received, Passes passes) {
    const std::string share = given.group == 0 ? std::string() : tenant.shares.name_of(given.group);
    batch_.put_queued({.session = session,
                       .place = record,
                       .message = keep(given.message),
                       .packet_id = given.packet_id,
                       .qos = static_cast<std::uint8_t>(given.qos),
                       .retain = given.retain == Retain::Yes,
                       .is_received = is_received,
                       .has_passed = passes == Passes::Yes,
                       .share = share});
}

void Journal::encode(const Held& held) {
    const HeldId& id = held.id;
    if (held.tenant == nullptr) return batch_.release_id(id.holder, id.packet_id, id.use);
    const std::string share =
        held.group == 0 ? std::string() : held.tenant->shares.name_of(held.group);
    if (held.group != 0 && share.empty()) return;  // the group is gone
    batch_.hold_id({.session = id.holder,
                    .packet_id = id.packet_id,
                    .use = id.use,
                    .loop = static_cast<std::uint16_t>(loop_),
                    .loops = static_cast<std::uint16_t>(loops_),
                    .share = share});
}

void Journal::put_pledge(const Pledge& pledge, const TenantState& tenant, std::string_view topic,
                         const Publication& publication) {
    batch_.put_pledge({.number = pledge.number,
                       .account = tenant.name.account.view(),
                       .region = tenant.name.region.view(),
                       .topic = topic,
                       .properties = publication.properties,
                       .payload = publication.payload,
                       .qos = static_cast<std::uint8_t>(publication.qos),
                       .context = pledge.context});
    count_one();
}

void Journal::remove_pledge(std::uint64_t number) {
    if (writer_ == nullptr) return;
    want_turn_end();
    batch_.remove_pledge(number);
}

void Journal::finish() {
    if (writer_ != nullptr && writer_->wait_until_free(loop_, finish_max)) hand_over(true);
}

void Journal::hand_over() {
    is_turn_end_wanted_ = false;
    if (writer_ == nullptr) return;
    if (!writer_->is_busy(loop_)) return hand_over(false);
    due_ = SteadyTime::max();  // the writer wakes the loop when it is free
}

// Requires: the writer is free.
void Journal::hand_over(bool is_last) {
    write_stale();
    drop(needless_);
    encode_pending(due_entries(is_last));
    if (batch_.is_empty()) {
        writer_->skip_to(loop_, first_pending_ - 1);
    } else {
        writer_->hand_over(loop_, batch_, first_pending_ - 1);
    }
}

void Journal::encode_pending(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        const Entry& each = pending_[begin_ + i];
        if (each.is_of_held) {
            encode(held_.front());
            held_.pop_front();
        } else if (each.session != nullptr) {
            encode(each, first_pending_ + i);
        }
    }
    drop(count);
}

// How many go to the disk now: those before one that may be acknowledged any moment, without the
// first of those that it must go together with.
std::size_t Journal::due_entries(bool is_last) {
    due_ = SteadyTime::max();
    const std::size_t all = pending_.size() - begin_;
    if (is_last) return all;
    const auto wait =
        all < entries_under_load ? acknowledgement_wait : acknowledgement_wait_under_load;
    const SteadyTime sent_before = port_.now() - wait;
    std::optional<std::size_t> hold;  // where it began
    for (std::size_t i = 0; i < all; ++i) {
        const Entry& each = pending_[begin_ + i];
        if (each.begins_hold) hold = i;
        if (each.is_of_held) hold.reset();
        if (each.session == nullptr || each.sent_at <= sent_before) continue;
        due_ = each.sent_at + wait;
        port_.look_at(std::min(due_, expiries_.next()));
        return hold.value_or(i);
    }
    return all;
}

void Journal::drop(std::size_t entries) {
    begin_ += entries;
    first_pending_ += entries;
    needless_ -= std::min(needless_, entries);
    if (begin_ == pending_.size()) {
        pending_.clear();
        begin_ = 0;
    } else if (begin_ > dropped_max && begin_ * 2 > pending_.size()) {
        pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(begin_));
        begin_ = 0;
    }
}

std::uint64_t Journal::settled() {
    if (writer_ == nullptr) return last();
    const std::uint64_t committed = writer_->committed(loop_);
    if (committed < first_pending_ - 1) return committed;
    return committed + needless_;
}

std::int64_t Journal::wall_now() const {
    if (clock_ == nullptr) return 0;
    return clock_->wall_now().time_since_epoch().count();
}

std::int64_t Journal::wall_of(SteadyTime time) const {
    if (time == SteadyTime::max()) return 0;
    const auto from_now =
        std::chrono::floor<std::chrono::milliseconds>(time - clock_->steady_now());
    return wall_now() + from_now.count();
}

}  // namespace gatehouse::broker
