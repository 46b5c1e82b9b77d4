#include "broker/retained_feed.h"

#include <algorithm>

namespace gatehouse::broker {
namespace {

// Topics that are looked at while the store is locked: publishers of all loops wait meanwhile.
constexpr std::size_t looked_at_max = 256;

}  // namespace

RetainedRef RetainedFeed::due(const RetainedStore& store, ParentMatch parent_match,
                              SteadyTime now) {
    for (;;) {
        for (; sent_ < page_.size(); ++sent_) {
            // As it is now: its page may be an old one.
            RetainedRef message = store.find(page_[sent_]->topic, now);
            if (message != nullptr && is_wanted(*message)) return message;
        }
        if (is_read_) return nullptr;
        auto matching = store.match(filter_, parent_match, now, next_, looked_at_max);
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

}  // namespace gatehouse::broker
