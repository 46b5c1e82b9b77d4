#include "rules/evaluator_queue.h"

#include <algorithm>
#include <utility>

namespace gatehouse::rules {
namespace {

constexpr std::size_t remembered_tenants_max = 256;
// Nobody waits for longer because of what was spent once.
constexpr std::uint64_t spent_turns_max = 50;

}  // namespace

bool EvaluatorQueue::has_room(const Message& message) const {
    const std::size_t bytes = message.bytes();
    if (works_ >= shares * bounds_.works_max) return false;
    if (bytes_ + bytes > shares * bounds_.bytes_max) return false;
    const auto found = tenants_.find(message.tenant);
    if (found == tenants_.end()) return true;
    const Waiting& waiting = found->second;
    return waiting.works.size() + waiting.failed.size() < bounds_.works_max &&
           waiting.bytes + bytes <= bounds_.bytes_max;
}

bool EvaluatorQueue::has_room_for_failure(const Execution& failed) const {
    const auto found = tenants_.find(failed.message->tenant);
    if (found == tenants_.end()) return true;
    const std::size_t bytes = failed.bytes() + failed.message->bytes();
    return found->second.failed.size() < bounds_.works_max &&
           found->second.failed_bytes + bytes <= bounds_.bytes_max;
}

void EvaluatorQueue::put(Work work) {
    Waiting& waiting = tenants_[message_of(work)->tenant];
    const std::size_t bytes = work_bytes(work);
    const bool is_failed = std::holds_alternative<ExecutionPtr>(work);
    (is_failed ? waiting.failed : waiting.works).push_back(std::move(work));
    waiting.bytes += bytes;
    if (is_failed) waiting.failed_bytes += bytes;
    bytes_ += bytes;
    ++works_;
    if (!std::exchange(waiting.has_turn, true)) turns_.push_back(&waiting);
}

std::optional<Work> EvaluatorQueue::take_from(Waiting& waiting) {
    if (waiting.failed.empty() && waiting.begun) {
        std::optional<Work> begun(std::move(*waiting.begun));
        waiting.begun.reset();
        return begun;
    }
    const bool is_failed = !waiting.failed.empty();
    std::deque<Work>& works = is_failed ? waiting.failed : waiting.works;
    std::optional<Work> first(std::move(works.front()));
    works.pop_front();
    const std::size_t bytes = work_bytes(*first);
    waiting.bytes -= bytes;
    if (is_failed) waiting.failed_bytes -= bytes;
    bytes_ -= bytes;
    --works_;
    return first;
}

std::optional<Work> EvaluatorQueue::take() {
    while (!turns_.empty()) {
        Waiting& first = *turns_.front();
        if (first.is_empty()) {
            first.has_turn = false;
            turns_.pop_front();
            continue;
        }
        if (turns_.size() == 1) first.spent = std::min(first.spent, steps_per_turn);
        if (first.spent < steps_per_turn || turns_.size() == 1) {
            last_ = &first;
            return take_from(first);
        }
        first.spent -= steps_per_turn;
        turns_.pop_front();
        turns_.push_back(&first);
    }
    last_ = nullptr;
    if (tenants_.size() > remembered_tenants_max) tenants_.clear();
    return std::nullopt;
}

void EvaluatorQueue::spend(std::uint64_t steps) {
    if (last_ == nullptr) return;
    last_->spent = std::min(last_->spent + steps, spent_turns_max * steps_per_turn);
}

void EvaluatorQueue::put_back(Arrived begun) {
    if (last_ == nullptr) return;
    last_->begun = std::move(begun);
}

void EvaluatorQueue::clear() {
    last_ = nullptr;
    turns_.clear();
    tenants_.clear();
    works_ = 0;
    bytes_ = 0;
}

}  // namespace gatehouse::rules
