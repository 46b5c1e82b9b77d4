#include "broker/session_subscriptions.h"

#include <algorithm>

namespace gatehouse::broker {
namespace {

constexpr std::size_t without_index_max = 128;

}  // namespace

SessionSubscription* SessionSubscriptions::find_key(Key key) {
    if (places_.empty()) {
        const auto found = std::ranges::find(
            all_, key, [](const SessionSubscription& each) { return key_of(each); });
        return found == all_.end() ? nullptr : &*found;
    }
    const auto found = places_.find(key);
    return found == places_.end() ? nullptr : &all_[found->second];
}

void SessionSubscriptions::add(const SessionSubscription& subscription) {
    all_.push_back(subscription);
    if (!places_.empty()) {
        places_.emplace(key_of(subscription), all_.size() - 1);
    } else if (all_.size() > without_index_max) {
        for (std::size_t i = 0; i < all_.size(); ++i) places_.emplace(key_of(all_[i]), i);
    }
}

void SessionSubscriptions::remove(const SessionSubscription& subscription) {
    const auto place = static_cast<std::size_t>(&subscription - all_.data());
    if (!places_.empty()) {
        places_.erase(key_of(all_[place]));
        if (place + 1 != all_.size()) places_[key_of(all_.back())] = place;
    }
    all_[place] = all_.back();
    all_.pop_back();
}

void SessionSubscriptions::clear() {
    all_.clear();
    places_.clear();
}

}  // namespace gatehouse::broker
