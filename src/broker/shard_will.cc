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

// Wills that wait for a disk that fails, on one loop.
constexpr std::size_t waiting_wills_max = 10'000;

}  // namespace

void Shard::publish_will(Session& session) {
    std::unique_ptr<Will> will = std::move(session.will_);
    const bool is_kept = session.record_ != 0;
    if (is_kept) journal_->remove_will(session);
    if (will->permit != nullptr) {
        const GuardAnswer answer = will->permit->may_publish(will->topic);
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
    // In one transaction with its removal from the session.
    const bool is_promised = is_kept && word.will->qos != mqtt::Qos::AtMostOnce;
    if (is_promised) word.record = journal_->put_will(*word.tenant, word.client_id, *word.will);
    send(std::move(word));
}

void Shard::send(LastWord word) {
    const Will& will = *word.will;
    Publisher publisher(*this, word.tenant->name, word.client_id);
    const PublishOutcome outcome =
        publisher.publish(publisher.route_for(will.topic), {.payload = will.payload,
                                                            .properties = will.properties,
                                                            .expiry_seconds = will.expiry_seconds,
                                                            .expiry_at = will.expiry_at,
                                                            .qos = will.qos,
                                                            .retain = will.retain});
    if (outcome.kept == Kept::No && waiting_wills_.size() < waiting_wills_max) {
        waiting_wills_.push_back(std::move(word));
    } else if (word.record != 0) {
        remove_when_kept({.session = word.record});
    }
}

void Shard::send_waiting_wills() {
    for (LastWord& word : std::exchange(waiting_wills_, {})) send(std::move(word));
}

}  // namespace gatehouse::broker
