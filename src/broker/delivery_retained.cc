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

// Goes on when the output has room again, and with each acknowledgement.
void Delivery::feed(Session& session) {
    SessionFlow* flow = session.flow_;
    if (flow == nullptr || flow->feeds.empty() || flow->is_feeding) return;
    const RetainedStore& store = session.tenant_.retained;
    flow->is_feeding = true;
    while (!flow->feeds.empty() && takes_more(session)) {
        RetainedFeed& feed = flow->feeds.front();
        const RetainedRef message = feed.due(store, settings_.parent_match, port_.now());
        if (message == nullptr) {
            flow->feeds.erase(flow->feeds.begin());
        } else if (deliver_to(session, message->topic, message->publication(port_.now()),
                              feed.options()) == Sent::Done) {
            feed.advance();
        } else {
            break;
        }
    }
    flow->is_feeding = false;
    release_if_idle(session);
}

bool Delivery::takes_more(const Session& session) const {
    const MessageQueue& queue = session.flow_->queue;
    if (!session.is_delivering_ || session.is_output_full_) return false;
    const auto& limits = settings_.limits;
    return queue.is_empty() ||
           (queue.size() <
                std::min<std::size_t>(queued_of_feeds_max, limits.session_queue_messages_max / 2) &&
            queue.bytes() < limits.session_queue_bytes_max / 2);
}

}  // namespace gatehouse::broker
