#include "load/listeners.h"

#include <algorithm>

namespace gatehouse::load {
namespace {

bool has_less(const Sequence* left, const Sequence* right) {
    return left->next() < right->next();
}

}  // namespace

bool Listeners::all_have(std::uint64_t messages) {
    if (known_least_ >= messages) return true;
    if (sequences_[slowest_]->next() < messages) return false;
    const auto slowest = std::ranges::min_element(sequences_, has_less);
    slowest_ = static_cast<std::size_t>(slowest - sequences_.begin());
    known_least_ = (*slowest)->next();
    return known_least_ >= messages;
}

std::uint64_t Listeners::least() const {
    return (*std::ranges::min_element(sequences_, has_less))->next();
}

std::uint64_t Listeners::outstanding(std::uint64_t sent) const {
    std::uint64_t sum = 0;
    for (const Sequence* const sequence : sequences_)
        sum += sent - std::min(sent, sequence->next());
    return sum;
}

}  // namespace gatehouse::load
