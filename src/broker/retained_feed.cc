#include "broker/retained_feed.h"

#include <algorithm>
#include <utility>

namespace gatehouse::broker {
namespace {

// Topics that are looked at while the store is locked: publishers of all loops wait meanwhile.
constexpr std::size_t looked_at_max = 256;

}  // namespace

RetainedFeed::Due RetainedFeed::due(const RetainedStore& store, ParentMatch parent_match,
                                    SteadyTime now, std::size_t& budget) {
    for (;;) {
        for (; sent_ < page_.size(); ++sent_) {
            if (budget == 0) return {};
            --budget;
            // As it is now: its page may be an old one.
            RetainedRef message = store.find(page_[sent_]->topic, now);
            if (message != nullptr && is_wanted(*message)) return {.message = std::move(message)};
        }
        if (is_read_) return {.is_over = true};
        if (budget == 0) return {};
        auto matching =
            store.match(filter_, parent_match, now, next_, std::min(looked_at_max, budget));
        budget -= std::clamp<std::size_t>(matching.looked_at, 1, budget);
        page_ = std::move(matching.messages);
        next_ = std::move(matching.next);
        sent_ = 0;
        is_read_ = next_.empty();
    }
}

// A newer one was published to the subscription, and reached it unless it had QoS 0.
bool RetainedFeed::is_wanted(const RetainedMessage& message) const {
    if (message.version <= newest_) return true;
    return has_gap_ && std::min(message.qos, options_.qos) == mqtt::Qos::AtMostOnce;
}

// --- of a session ----------------------------------------------------------------------------

RetainedFeed& RetainedFeeds::front() {
    RetainedFeed& feed = feeds_.front();
    if (feed.gaps_before_ != gaps_) feed.has_gap_ = true;
    return feed;
}

void RetainedFeeds::end_front() {
    by_filter_.erase(feeds_.front().filter());
    feeds_.pop_front();
}

void RetainedFeeds::add(RetainedFeed feed) {
    end(feed.filter());
    feed.gaps_before_ = gaps_;
    feeds_.push_back(std::move(feed));
    by_filter_.emplace(feeds_.back().filter(), std::prev(feeds_.end()));
}

void RetainedFeeds::end(std::string_view filter) {
    const auto found = by_filter_.find(filter);
    if (found == by_filter_.end()) return;
    const auto feed = found->second;
    by_filter_.erase(found);
    feeds_.erase(feed);
}

RetainedFeed* RetainedFeeds::find(std::string_view filter) {
    const auto found = by_filter_.find(filter);
    return found == by_filter_.end() ? nullptr : &*found->second;
}

}  // namespace gatehouse::broker
