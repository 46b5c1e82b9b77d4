// The part of Shard that publishes wills.
//
// A will stands on disk with its session. Once it is published its message has to be there before
// the will goes, whatever becomes of the session meanwhile: so it moves to a session without a name
// (journal.h), which is removed when the message is kept.
#include "broker/shard.h"
#include "broker/shared_state.h"
#include "broker/stored_forms.h"
#include "broker/withheld.h"

namespace gatehouse::broker {
namespace {

// Of wills that wait for a disk that fails, on one loop.
constexpr std::size_t waiting_wills_bytes_max = 16 * 1024 * 1024;
// Their session without a name holds this one, as a client does for its message of QoS 2, so that a
// will that was written in part is not published twice.
constexpr mqtt::PacketId held_id = 1;

std::size_t size_of(const Will& will) {
    return sizeof will + will.topic.size() + will.payload.size() + will.properties.size();
}

}  // namespace

void Shard::publish_will(Session& session) {
    std::unique_ptr<Will> will = std::move(session.will_);
    const bool is_kept = session.record_ != 0;
    if (is_kept && !is_nameless(session.client_id())) journal_->remove_will(session);
    if (will->permit != nullptr) {
        const GuardAnswer answer = will->permit->may_publish(*will);
        if (answer.permission == Permission::Denied) {
            if (shared_.observer != nullptr) {
                shared_.observer->on_will_denied(session, will->topic, answer.explanation);
            }
            return;
        }
        will->permit.reset();
    }
    LastWord word{.tenant = &session.tenant_,
                  .client_id = std::string(original_client_id(session.client_id())),
                  .will = std::move(will)};
    if (is_nameless(session.client_id())) {  // published before a restart, not to the end
        word.record = session.record_;
        word.taken = delivery_.hold(session, held_id);
    } else if (is_kept && word.will->qos != mqtt::Qos::AtMostOnce && !journal_->is_overfull()) {
        // In one transaction with its removal from the session.
        word.record = journal_->put_will(*word.tenant, word.client_id, *word.will);
    }
    send(std::move(word));
}

void Shard::send(LastWord word) {
    const Will& will = *word.will;
    Publisher publisher(*this, word.tenant->name, word.client_id);
    // What was retained while it waited is newer.
    const RetainedStore& retained = word.tenant->retained;
    const RetainedRef other = word.newest == 0 ? nullptr : retained.find(will.topic, port_.now());
    const Retain retain =
        other != nullptr && other->version > word.newest ? Retain::No : will.retain;
    Publication publication{.payload = will.payload,
                            .properties = will.properties,
                            .expiry_seconds = will.expiry_seconds,
                            .expiry_at = will.expiry_at,
                            .qos = will.qos,
                            .retain = retain,
                            .held = {.holder = word.record, .packet_id = held_id},
                            .taken = word.taken ? &*word.taken : nullptr};
    PublishOutcome outcome = publisher.publish(publisher.route_for(will.topic), publication);
    if (outcome.kept == Kept::NotRetained && will.qos != mqtt::Qos::AtMostOnce) {
        // Nobody is left to be told; those subscribed get it all the same.
        publication.retain = Retain::No;
        outcome = publisher.publish(publisher.route_for(will.topic), publication);
    }
    if (outcome.kept != Kept::No) {
        if (word.record != 0) remove_when_kept({.session = word.record});
        return;
    }
    const std::size_t size = size_of(will);
    if (waiting_wills_bytes_ + size > waiting_wills_bytes_max) return;
    waiting_wills_bytes_ += size;
    if (word.newest == 0) word.newest = std::max<std::uint64_t>(1, retained.version());
    waiting_wills_.push_back(std::move(word));
}

void Shard::send_waiting_wills() {
    waiting_wills_bytes_ = 0;
    for (LastWord& word : std::exchange(waiting_wills_, {})) send(std::move(word));
}

}  // namespace gatehouse::broker
