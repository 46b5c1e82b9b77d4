#include "broker/message_queue.h"

#include <algorithm>
#include <utility>

namespace gatehouse::broker {

void MessageQueue::push(QueuedMessage queued) {
    bytes_ += queued.message->bytes();
    expires_first_ = std::min(expires_first_, queued.message->expires_at());
    if (size_ == ring_.size()) grow();
    if (queued.is_stored()) ++stored_;
    at(size_) = std::move(queued);
    ++size_;
}

void MessageQueue::pop() {
    bytes_ -= ring_[begin_].message->bytes();
    if (ring_[begin_].is_stored()) --stored_;
    ring_[begin_].message = {};
    begin_ = (begin_ + 1) & (ring_.size() - 1);
    if (--size_ == 0) expires_first_ = SteadyTime::max();
}

bool MessageQueue::bring_new_forward() {
    if (is_all_stored()) return false;
    std::size_t place = 0;
    while (at(place).is_stored()) ++place;
    for (; place > 0; --place) std::swap(at(place), at(place - 1));
    return true;
}

void MessageQueue::grow() {
    std::vector<QueuedMessage> larger(ring_.empty() ? 8 : ring_.size() * 2);
    for (std::size_t i = 0; i < size_; ++i) {
        larger[i] = std::move(at(i));
    }
    ring_ = std::move(larger);
    begin_ = 0;
}

}  // namespace gatehouse::broker
