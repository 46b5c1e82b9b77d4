// What one session is subscribed to. Found at once however many there are: from some hundred on
// there is an index.
//
// Threads: one loop.
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "broker/attach.h"
#include "broker/share_groups.h"
#include "broker/topic_tree.h"

namespace gatehouse::broker {

// One subscription as the session remembers it. The filter's text is in the topic tree, or with the
// group.
struct SessionSubscription {
    FilterHandle filter;  // empty for a shared subscription
    SubscriptionOptions options;
    ShareNumber group = 0;  // of a shared subscription
};

class SessionSubscriptions {
public:
    std::size_t size() const { return all_.size(); }
    // In no particular order.
    auto begin() const { return all_.begin(); }
    auto end() const { return all_.end(); }

    // Null: there is none. Valid until the next add() or remove().
    SessionSubscription* find(FilterHandle filter) { return find_key(key_of(filter)); }
    // Requires: not 0.
    SessionSubscription* find(ShareNumber group) { return find_key(key_of(group)); }
    // Requires: it is not there.
    void add(const SessionSubscription& subscription);
    // Requires: of these.
    void remove(const SessionSubscription& subscription);
    void clear();

private:
    using Key = std::uint64_t;
    // Handles are addresses, of which the lowest bit tells something.
    static Key key_of(FilterHandle filter) { return filter.word(); }
    static Key key_of(ShareNumber group) { return Key{group} << 3 | 4; }
    static Key key_of(const SessionSubscription& each) {
        return each.group != 0 ? key_of(each.group) : key_of(each.filter);
    }
    SessionSubscription* find_key(Key key);

    std::vector<SessionSubscription> all_;
    std::unordered_map<Key, std::size_t> places_;  // of all_; empty: there are few
};

}  // namespace gatehouse::broker
