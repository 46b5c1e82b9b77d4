#include "broker/retained_feed.h"

namespace gatehouse::broker {
namespace {

// Topics that are looked at while the store is locked: publishers of all loops wait meanwhile.
constexpr std::size_t looked_at_max = 1024;

}  // namespace

RetainedRef RetainedFeed::due(const RetainedStore& store, ParentMatch parent_match,
                              SteadyTime now) {
    for (;;) {
        for (; sent_ < page_.size(); ++sent_) {
            const RetainedRef& message = page_[sent_];
            if (message->version <= newest_ && !message->is_expired(now)) return message;
        }
        if (is_read_) return nullptr;
        auto matching = store.match(filter_, parent_match, now, next_, looked_at_max);
        page_ = std::move(matching.messages);
        next_ = std::move(matching.next);
        sent_ = 0;
        is_read_ = next_.empty();
    }
}

}  // namespace gatehouse::broker
