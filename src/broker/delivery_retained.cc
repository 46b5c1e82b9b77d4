// Retained messages to new subscriptions.
#include <algorithm>

#include "broker/delivery.h"
#include "broker/shared_state.h"

namespace gatehouse::broker {
namespace {

// So many of QoS > 0 wait in the session's queue at once; the others stay in the store.
constexpr std::size_t queued_of_feeds_max = 64;

}  // namespace

void Delivery::add_feed(Session& session, RetainedFeed feed) {
    end_feed(session, feed.filter());
    flow_of(session).feeds.push_back(std::move(feed));
}

void Delivery::end_feed(Session& session, std::string_view filter) {
    if (session.flow_ == nullptr) return;
    std::erase_if(session.flow_->feeds,
                  [filter](const RetainedFeed& feed) { return feed.filter() == filter; });
    release_if_idle(session);
}

void Delivery::change_feed(Session& session, std::string_view filter,
                           const SubscriptionOptions& options) {
    if (session.flow_ == nullptr) return;
    for (RetainedFeed& feed : session.flow_->feeds) {
        if (feed.filter() == filter) feed.change_options(options);
    }
}

// Goes on when the output has room again, and with each acknowledgement.
void Delivery::feed(Session& session) {
    SessionFlow* flow = session.flow_;
    if (flow == nullptr || flow->feeds.empty()) return;
    const RetainedStore& store = session.tenant_.retained;
    while (!flow->feeds.empty()) {
        RetainedFeed& feed = flow->feeds.front();
        const RetainedRef message = feed.due(store, settings_.parent_match, port_.now());
        if (message == nullptr) {
            flow->feeds.erase(flow->feeds.begin());
            continue;
        }
        if (!takes(session, *message) ||
            deliver_to(session, message->topic, message->publication(port_.now()),
                       feed.options()) == Sent::NotNow) {
            break;
        }
        feed.advance();
    }
    release_if_idle(session);
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
