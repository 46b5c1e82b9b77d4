#include "broker/restoring.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <unordered_set>
#include <utility>

#include "broker/publisher.h"
#include "broker/stored_forms.h"
#include "broker/withheld.h"
#include "mqtt/topic.h"

namespace gatehouse::broker {
namespace {

constexpr std::uint16_t last_packet_id = 65'535;

std::unexpected<Error> damaged(std::string_view what, std::uint64_t number) {
    return fail(ErrorKind::Corrupt,
                fmt::format("the stored messages are damaged: {} {}; restore messages.db from a "
                            "copy, or move it away to start without the sessions and messages in "
                            "it",
                            what, number));
}

mqtt::PacketId before(mqtt::PacketId id) {
    return id == 1 ? mqtt::PacketId{last_packet_id} : static_cast<mqtt::PacketId>(id - 1);
}

// Ids go round: the newest is followed by the widest gap.
template <class Sent>
void order_by_ids(std::vector<Sent>& sent) {
    std::ranges::sort(sent, {}, &Sent::id);
    std::size_t first = 0;
    int widest = sent.front().id + last_packet_id - sent.back().id;
    for (std::size_t i = 1; i < sent.size(); ++i) {
        const int gap = sent[i].id - sent[i - 1].id;
        if (gap <= widest) continue;
        widest = gap;
        first = i;
    }
    std::ranges::rotate(sent, sent.begin() + static_cast<std::ptrdiff_t>(first));
}

}  // namespace

Restoring::Restored* Restoring::find(std::uint64_t id) {
    const auto found = sessions_.find(id);
    return found == sessions_.end() ? nullptr : &found->second;
}

// --- rows ------------------------------------------------------------------------------------

Result<void> Restoring::on_session(const storage::SessionRow& row) {
    const Tenant tenant{AccountId(std::string(row.account)), Region(std::string(row.region))};
    Shard& shard = broker_.shard(broker_.home_of(tenant, row.client_id));
    TenantState& state = shared_.tenant(tenant);
    if (row.client_id.empty() || shard.directory_.find(state, row.client_id) != nullptr) {
        return damaged("no or a second client id in session", row.id);
    }
    Session& session = shard.directory_.create(state, ClientId(std::string(row.client_id)));
    session.version_ = static_cast<mqtt::ProtocolVersion>(row.version);
    session.expiry_seconds_ = row.expiry_seconds;
    session.attachment_ = shard.next_attachment_++;
    if (!row.will.empty()) {
        session.will_ = decode_will(row.will);
        if (session.will_ == nullptr) return damaged("the will of session", row.id);
    }
    sessions_.emplace(row.id, Restored{&session, row.disconnected_at});
    return {};
}

Result<void> Restoring::on_subscription(const storage::SubscriptionRow& row) {
    const Restored* restored = find(row.session);
    if (restored == nullptr) return damaged("a subscription of the unknown session", row.session);
    Session& session = *restored->session;
    // A bound that was lowered since is for new ones: what was granted stays.
    const auto subscribed = session.shard_.subscribe(
        session, row.filter, subscription_options(row.options, row.identifier),
        std::numeric_limits<std::uint32_t>::max());
    if (!subscribed) return fail(subscribed.error());
    return {};
}

Result<void> Restoring::on_message(const storage::MessageRow& row) {
    // On a topic that no packet can carry it expires at once.
    const bool is_sendable = mqtt::check_topic_name(row.topic) == mqtt::TopicProblem::None;
    const std::uint32_t expiry = is_sendable ? expiry_of(row.expires_at) : 0;
    Bytes mended;
    const auto properties = good_properties(row.properties, expiry, row.expiry_at, mended);
    const Publication publication{.payload = row.payload,
                                  .properties = properties.bytes,
                                  .expiry_seconds = expiry,
                                  .expiry_at = properties.expiry_at,
                                  .qos = static_cast<mqtt::Qos>(row.qos),
                                  .retain = row.retain ? Retain::Yes : Retain::No};
    messages_.emplace(row.id, Message{.message = MessageRef::make(row.topic, publication,
                                                                  shared_.clock->steady_now()),
                                      .id = row.id});
    return {};
}

Result<void> Restoring::on_queued(const storage::QueuedRow& row) {
    const auto message = messages_.find(row.message);
    const bool is_needed = !row.is_received;
    if (is_needed && message == messages_.end()) {
        return damaged("a queue with the unknown message", row.message);
    }
    if (find(row.session) == nullptr) {
        return damaged("a queue of the unknown session", row.session);
    }
    if (row.session != rows_of_) take_rows();
    rows_of_ = row.session;
    TenantState& tenant = find(row.session)->session->tenant_;
    rows_.push_back({.place = row.place,
                     .message = is_needed ? &message->second : nullptr,
                     .packet_id = row.packet_id,
                     .qos = static_cast<mqtt::Qos>(row.qos),
                     .retain = row.retain ? Retain::Yes : Retain::No,
                     .has_passed = row.has_passed,
                     .group = row.share.empty() ? 0 : tenant.shares.find(row.share)});
    return {};
}

Result<void> Restoring::on_held(const storage::HeldRow& row) {
    take_rows();
    const Restored* restored = find(row.session);
    if (restored == nullptr) return damaged("a packet id of the unknown session", row.session);
    Session& session = *restored->session;
    HeldParts* parts = session.shard_.delivery_.restore_held(session, row.packet_id, row.use);
    if (parts == nullptr) return {};
    if (!row.share.empty()) {
        parts->add_group(row.share);
    } else if (row.loops == broker_.loop_count()) {
        parts->add_loop(row.loop);
    } else {
        parts->add_all_loops();  // sessions have other homes now: rather lost for some than twice
    }
    return {};
}

Result<void> Restoring::on_retained(const storage::RetainedRow& row) {
    const Tenant tenant{AccountId(std::string(row.account)), Region(std::string(row.region))};
    Bytes mended;
    const auto properties =
        good_properties(row.properties, expiry_of(row.expires_at), row.expiry_at, mended);
    RetainedMessage message{.topic = std::string(row.topic),
                            .payload = {row.payload.begin(), row.payload.end()},
                            .properties = {properties.bytes.begin(), properties.bytes.end()},
                            .expires_at = steady_of(row.expires_at),
                            .expiry_at = properties.expiry_at,
                            .retained_at = row.retained_at,
                            .qos = static_cast<mqtt::Qos>(row.qos)};
    shared_.tenant(tenant).retained.restore(std::move(message));
    return {};
}

// --- one session's messages ------------------------------------------------------------------

// Up to the last that was numbered and had passed no other, the messages were sent. Of those behind
// it, the numbered ones were, and nobody knows it of the others: they wait as before.
std::size_t Restoring::count_sent_in_order() const {
    std::size_t count = rows_.size();
    while (count != 0 && (rows_[count - 1].packet_id == 0 || rows_[count - 1].has_passed)) --count;
    const auto behind =
        std::ranges::count_if(rows_.begin() + static_cast<std::ptrdiff_t>(count), rows_.end(),
                              [](const Queued& row) { return row.packet_id != 0; });
    // What passed others was not noted by earlier versions, and then there may be more than ids.
    return count + static_cast<std::size_t>(behind) <= last_packet_id ? count : 0;
}

// QoS 1 is not numbered when it leaves the queue: such a message had some id between its
// neighbours', and gets one of those back, but none that another one has, which may be one that
// stayed unacknowledged while all ids went round. Requires: there are enough.
std::vector<mqtt::PacketId> Restoring::ids_of_sent(std::size_t count) const {
    std::vector<mqtt::PacketId> ids(count);
    std::unordered_set<mqtt::PacketId> used;
    for (const Queued& row : rows_) used.insert(row.packet_id);
    mqtt::PacketId next = 0;
    for (std::size_t i = count; i-- > 0;) {
        ids[i] = rows_[i].packet_id;
        if (ids[i] == 0) {
            do next = before(next);
            while (!used.insert(next).second);
            ids[i] = next;
        }
        next = ids[i];
    }
    return ids;
}

// In the order of sending.
std::vector<Restoring::Sent> Restoring::find_sent() const {
    const std::size_t in_order = count_sent_in_order();
    const auto ids = ids_of_sent(in_order);
    std::vector<Sent> sent;
    for (std::size_t i = 0; i < in_order; ++i) sent.push_back({ids[i], i});
    for (std::size_t i = in_order; i < rows_.size(); ++i) {
        if (rows_[i].packet_id != 0) sent.push_back({rows_[i].packet_id, i});
    }
    if (sent.size() != in_order) order_by_ids(sent);
    return sent;
}

void Restoring::take_rows() {
    if (rows_.empty()) return;
    Session& session = *find(rows_of_)->session;
    SessionFlow& flow = session.shard_.delivery_.flow_of(session);
    const std::uint32_t now = flow.stopped_at = session.shard_.delivery_.now_seconds();
    std::vector<bool> is_sent(rows_.size());
    for (const Sent& sent : find_sent()) {
        const Queued& row = rows_[sent.row];
        is_sent[sent.row] = true;
        flow.window.open_again(sent.id, {.message = message_for(session, row),
                                         .record = row.place,
                                         .sent_at = now,
                                         .group = row.group,
                                         .qos = row.qos,
                                         .retain = row.retain,
                                         .is_received = row.message == nullptr});
    }
    for (std::size_t i = 0; i < rows_.size(); ++i) {
        if (is_sent[i]) continue;
        const Queued& row = rows_[i];
        MessageRef message = message_for(session, row);
        session.shard_.delivery_.bytes_.add_queued(message->bytes());
        flow.queue.push({.message = std::move(message),
                         .group = row.group,
                         .record = row.place,
                         .qos = row.qos,
                         .retain = row.retain});
    }
    rows_.clear();
}

MessageRef Restoring::message_for(Session& session, const Queued& row) {
    if (row.message == nullptr) return {};
    Message& message = *row.message;
    if (message.home == nullptr) message.home = &session.shard_;
    if (message.home == &session.shard_) {
        message.message->adopt_record(message.id);
        return message.message;
    }
    // The number of loops is another than it was, and messages are not shared between them.
    const SteadyTime now = shared_.clock->steady_now();
    MessageRef copy = MessageRef::copy(*message.message, now);
    copies_.push_back({&session.shard_, rows_of_, row.place, copy});
    return copy;
}

// --- time ------------------------------------------------------------------------------------

std::uint32_t Restoring::seconds_left(std::int64_t wall_time) const {
    const std::int64_t left = (wall_time - wall_now() + 999) / 1000;
    return static_cast<std::uint32_t>(
        std::clamp<std::int64_t>(left, 0, std::numeric_limits<std::uint32_t>::max() - 1));
}

std::uint32_t Restoring::expiry_of(std::int64_t expires_at) const {
    return expires_at == 0 ? never_expires : seconds_left(expires_at);
}

SteadyTime Restoring::steady_of(std::int64_t wall_time) const {
    if (wall_time == 0) return SteadyTime::max();
    return shared_.clock->steady_now() + std::chrono::milliseconds(wall_time - wall_now());
}

void Restoring::begin_time(std::uint64_t id, const Restored& restored) {
    Session& session = *restored.session;
    Shard& shard = session.shard_;
    session.record_ = id;
    shard.set_presence(session, Presence::Offline);
    // What was connected lost its connection now.
    if (restored.disconnected_at == 0) shard.keep(session);
    const std::int64_t gone_ms =
        restored.disconnected_at == 0
            ? 0
            : std::max<std::int64_t>(0, wall_now() - restored.disconnected_at);
    const auto left = [gone_ms](std::uint32_t seconds) {
        return static_cast<std::uint32_t>(
            std::max<std::int64_t>(0, std::int64_t{seconds} - gone_ms / 1000));
    };
    shard.delivery_.watch_expiry(session);
    const std::uint32_t expiry = session.expiry_seconds_;
    if (expiry != session_never_expires) {
        shard.schedule(session, Expiry::Kind::Session, std::chrono::seconds(left(expiry)));
    }
    // A delay longer than the session's life ends with it.
    if (session.will_ != nullptr && session.will_->delay_seconds < expiry) {
        shard.schedule(session, Expiry::Kind::Will,
                       std::chrono::seconds(left(session.will_->delay_seconds)));
    }
}

Result<void> Restoring::finish(const storage::MessageNumbers& used) {
    take_rows();
    for (const auto& [id, message] : messages_) {
        if (message.home == nullptr) return damaged("no queue has the message", id);
    }
    for (std::size_t loop = 0; loop < broker_.loop_count(); ++loop) {
        Shard& shard = broker_.shard(loop);
        shard.journal_->begin_after(used);
        shard.next_attachment_ =
            std::max(shard.next_attachment_, static_cast<std::uint32_t>(used.attachment) + 1);
        shard.pending_retained_.clear();
    }
    shared_.begin_retained_after(used.retained);
    for (const auto& [id, restored] : sessions_) begin_time(id, restored);
    for (const Copy& copy : copies_) {
        copy.shard->journal_->replace_message(copy.session, copy.place, copy.message);
    }
    return {};
}

// Without a listener it stays where it is.
Result<void> Restoring::on_pledge(const storage::PledgeRow& row) {
    if (shared_.listener == nullptr) return {};
    return shared_.listener->on_restored(
        {.number = row.number,
         .tenant = {AccountId(std::string(row.account)), Region(std::string(row.region))},
         .topic = row.topic,
         .payload = row.payload,
         .properties = row.properties,
         .qos = static_cast<mqtt::Qos>(row.qos),
         .context = row.context});
}

Result<void> Broker::restore() {
    Restoring restoring(*this, *shared_);
    const auto used = store_->read_all(restoring);
    if (!used) return fail(used.error());
    return restoring.finish(*used);
}

}  // namespace gatehouse::broker
