// Retained messages to new subscriptions.
#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

#include "broker/delivery.h"
#include "broker/shared_state.h"

namespace gatehouse::broker {
namespace {

// So many of QoS > 0 wait in the session's queue at once; the others stay in the store.
constexpr std::size_t queued_of_feeds_max = 64;
// Topics in the store; about half a millisecond.
constexpr std::size_t looked_at_each_turn_max = 4096;

}  // namespace

void Delivery::add_feed(Session& session, RetainedFeed feed) {
    SessionFlow& flow = flow_of(session);
    if (flow.feeds == nullptr) flow.feeds = std::make_unique<RetainedFeeds>();
    flow.feeds->add(std::move(feed));
}

void Delivery::end_feed(Session& session, std::string_view filter) {
    if (session.flow_ == nullptr || session.flow_->feeds == nullptr) return;
    session.flow_->feeds->end(filter);
    if (session.flow_->feeds->is_empty()) session.flow_->feeds.reset();
    release_if_idle(session);
}

void Delivery::change_feed(Session& session, std::string_view filter,
                           const SubscriptionOptions& options) {
    if (session.flow_ == nullptr || session.flow_->feeds == nullptr) return;
    if (RetainedFeed* feed = session.flow_->feeds->find(filter)) feed->change_options(options);
}

// Goes on when the output has room again, with each acknowledgement, and in a later turn where it
// takes long to find something.
void Delivery::feed(Session& session) {
    SessionFlow* flow = session.flow_;
    if (flow == nullptr || flow->feeds == nullptr) return;
    if (!session.is_delivering_ || session.is_output_full_) return;
    const RetainedStore& store = session.tenant_.retained;
    std::size_t& budget = feed_budget();
    while (!flow->feeds->is_empty()) {
        RetainedFeed& feed = flow->feeds->front();
        const auto due = feed.due(store, settings_.parent_match, port_.now(), budget);
        if (due.is_over) {
            flow->feeds->end_front();
            continue;
        }
        if (due.message == nullptr) {
            feed_later(session);
            break;
        }
        if (!takes(session, *due.message) ||
            deliver_to(session, due.message->topic, due.message->publication(port_.now()),
                       feed.options()) == Sent::NotNow) {
            break;
        }
        feed.advance();
    }
    if (flow->feeds->is_empty()) flow->feeds.reset();
    release_if_idle(session);
}

// Of this turn, for all sessions: others wait meanwhile.
std::size_t& Delivery::feed_budget() {
    if (feed_budget_of_ != port_.now()) {
        feed_budget_of_ = port_.now();
        feed_budget_ = looked_at_each_turn_max;
    }
    return feed_budget_;
}

void Delivery::feed_later(Session& session) {
    if (session.is_feed_due_) return;
    session.is_feed_due_ = true;
    expiries_.add({port_.now() + std::chrono::milliseconds(1), session.place_.slot,
                   session.attachment_, Expiry::Kind::Feed});
    port_.look_at(std::min(expiries_.next(), journal_.due()));
}

bool Delivery::takes(Session& session, const RetainedMessage& message) {
    if (!session.is_delivering_ || session.is_output_full_) return false;
    const SessionFlow& flow = *session.flow_;
    // Nothing is under way whose end would bring it up again.
    if (flow.queue.is_empty() && flow.window.is_empty()) return true;
    const std::size_t bytes = sizeof(StoredMessage) + message.topic.size() +
                              message.properties.size() + message.payload.size();
    const auto& limits = settings_.limits;
    const std::size_t waiting = holds_back_stored() ? flow.queue.new_size() : flow.queue.size();
    return waiting < std::min<std::size_t>(queued_of_feeds_max,
                                           limits.session_queue_messages_max / 2 + 1) &&
           make_room_in_queue(session, bytes);
}

}  // namespace gatehouse::broker
