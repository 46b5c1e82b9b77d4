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
// Of wills about which somebody is being asked.
constexpr std::size_t asked_wills_bytes_max = 64 * 1024 * 1024;
// Their session without a name holds this one, as a client does for its message of QoS 2, so that a
// will that was written in part is not published twice.
constexpr mqtt::PacketId held_id = 1;

std::size_t size_of(const Will& will) {
    return sizeof will + will.topic.size() + will.payload.size() + will.properties.size() +
           will.author.size();
}

}  // namespace

void Shard::publish_will(Session& session) {
    LastWord word{.tenant = &session.tenant_,
                  .client_id = std::string(original_client_id(session.client_id())),
                  .will = std::move(session.will_)};
    const bool is_kept = session.record_ != 0;
    const bool is_without_name = is_nameless(session.client_id());
    if (is_kept && !is_without_name) journal_->remove_will(session);
    const std::optional<GuardAnswer> answer = judge(word);
    if (answer && answer->permission == Permission::Denied) return tell_denied(word, *answer);
    if (is_without_name) {  // published before a restart, not to the end
        word.record = session.record_;
        word.taken = delivery_.hold(session, held_id);
        if (!answer) session.record_ = 0;  // it is the will's now, and stays until that is sent
    } else if (is_kept && (!answer || word.will->qos != mqtt::Qos::AtMostOnce) &&
               !journal_->is_overfull()) {
        // In one transaction with its removal from the session.
        word.record = journal_->put_will(*word.tenant, word.client_id, *word.will);
    }
    if (!answer) return ask(std::move(word));
    send(std::move(word));
}

// --- whether it may be published -------------------------------------------------------------

std::optional<GuardAnswer> Shard::judge(const LastWord& word) {
    Will& will = *word.will;
    if (will.permit != nullptr) {
        const std::optional<GuardAnswer> answer = will.permit->may_publish(will);
        if (answer || asked_wills_bytes_ + size_of(will) <= asked_wills_bytes_max) return answer;
        return GuardAnswer{.permission = Permission::Denied};
    }
    // What the disk had has its place in memory already.
    if (will_judge_ != nullptr) {
        will.permit = will_judge_->permit_of(word.tenant->name, word.client_id, will.author);
    }
    if (will.permit != nullptr) return will.permit->may_publish(will);
    return GuardAnswer{.permission = will.last_permission};
}

void Shard::ask(LastWord word) {
    word.newest = std::max<std::uint64_t>(1, word.tenant->retained.version());
    asked_wills_bytes_ += size_of(*word.will);
    const auto asked = std::make_shared<LastWord>(std::move(word));
    asked->will->permit->ask(*asked->will, [this, asked](const GuardAnswer& answer) {
        asked_wills_bytes_ -= size_of(*asked->will);
        decided(std::move(*asked), answer);
        settle();
    });
}

void Shard::decided(LastWord word, const GuardAnswer& answer) {
    if (answer.permission == Permission::Allowed) return send(std::move(word));
    tell_denied(word, answer);
    if (word.record != 0) remove_when_kept({.session = word.record});
}

void Shard::tell_denied(const LastWord& word, const GuardAnswer& answer) {
    if (shared_.observer == nullptr) return;
    shared_.observer->on_will_denied({.tenant = word.tenant->name,
                                      .client_id = word.client_id,
                                      .author = word.will->author,
                                      .topic = word.will->topic,
                                      .loop = loop_,
                                      .explanation = answer.explanation});
}

void Shard::note_last_permission(Session& session) {
    Will& will = *session.will_;
    const auto answer = will.permit == nullptr ? std::nullopt : will.permit->may_publish(will);
    if (!answer || answer->permission == will.last_permission) return;
    will.last_permission = answer->permission;
    if (session.record_ != 0) keep(session);
}

// --- publishing it ---------------------------------------------------------------------------

void Shard::send(LastWord word) {
    const Will& will = *word.will;
    Publisher publisher(*this, word.tenant->name, word.client_id);
    // The message is its client's, who may be back [MQTT-3.8.3-3].
    publisher.own_ = directory_.find(*word.tenant, word.client_id);
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
                            .is_last_word = true,
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
