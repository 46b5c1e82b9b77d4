#include "broker/expiries.h"

namespace gatehouse::broker {

void Expiries::add(const Expiry& expiry) {
    heap_.push_back(expiry);
    std::ranges::push_heap(heap_, is_later);
}

std::optional<Expiry> Expiries::take_due(SteadyTime now) {
    if (heap_.empty() || heap_.front().at > now) return std::nullopt;
    std::ranges::pop_heap(heap_, is_later);
    const Expiry due = heap_.back();
    heap_.pop_back();
    return due;
}

}  // namespace gatehouse::broker
