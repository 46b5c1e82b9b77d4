#include "load/sequence.h"

#include <iterator>

namespace gatehouse::load {
namespace {

constexpr std::size_t gaps_max = 4096;

}  // namespace

void Sequence::note(std::uint64_t number) {
    if (open_) next_ = number;
    open_ = false;
    if (number < next_) return note_earlier(number);
    if (number > next_) {
        lost_ += number - next_;
        gaps_.emplace_hint(gaps_.end(), next_, number);
        if (gaps_.size() > gaps_max) gaps_.erase(gaps_.begin());
    }
    next_ = number + 1;
}

void Sequence::note_earlier(std::uint64_t number) {
    const auto behind = gaps_.upper_bound(number);
    if (behind == gaps_.begin() || std::prev(behind)->second <= number) {
        ++duplicates_;
        return;
    }
    const auto gap = std::prev(behind);
    const std::uint64_t first = gap->first;
    const std::uint64_t end = gap->second;
    gaps_.erase(gap);
    if (first < number) gaps_[first] = number;
    if (number + 1 < end) gaps_[number + 1] = end;
    ++out_of_order_;
    --lost_;
}

}  // namespace gatehouse::load
