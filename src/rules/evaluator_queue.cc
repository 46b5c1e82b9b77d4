#include "rules/evaluator_queue.h"

#include <algorithm>
#include <utility>

namespace gatehouse::rules {
namespace {

constexpr std::size_t remembered_tenants_max = 256;

struct MessageOf {
    const MessagePtr& operator()(const Arrived& arrived) const { return arrived.message; }
    const MessagePtr& operator()(const Answered& answered) const {
        return answered.run->reading().shared_message();
    }
    const MessagePtr& operator()(const ExecutionPtr& failed) const { return failed->message; }
};

std::size_t work_bytes(const Work& work) {
    const std::size_t made =
        std::holds_alternative<Answered>(work) ? std::get<Answered>(work).run->made_bytes() : 0;
    return sizeof(Work) + message_of(work)->bytes() + made;
}

}  // namespace

const MessagePtr& message_of(const Work& work) {
    return std::visit(MessageOf(), work);
}

bool EvaluatorQueue::has_room(const Message& message) const {
    const std::size_t bytes = message.bytes();
    if (works_ >= shares * bounds_.works_max) return false;
    if (bytes_ + bytes > shares * bounds_.bytes_max) return false;
    const auto found = tenants_.find(message.tenant);
    return found == tenants_.end() || (found->second.works.size() < bounds_.works_max &&
                                       found->second.bytes + bytes <= bounds_.bytes_max);
}

void EvaluatorQueue::put(Work work) {
    Waiting& waiting = tenants_[message_of(work)->tenant];
    const std::size_t bytes = work_bytes(work);
    waiting.bytes += bytes;
    bytes_ += bytes;
    ++works_;
    waiting.works.push_back(std::move(work));
    if (!std::exchange(waiting.has_turn, true)) turns_.push_back(&waiting);
}

void EvaluatorQueue::take_from(Waiting& waiting, std::vector<Work>& works, std::size_t works_max) {
    for (; !waiting.works.empty() && works_max != 0; --works_max) {
        const std::size_t bytes = work_bytes(waiting.works.front());
        waiting.bytes -= bytes;
        bytes_ -= bytes;
        --works_;
        works.push_back(std::move(waiting.works.front()));
        waiting.works.pop_front();
    }
}

void EvaluatorQueue::take(std::vector<Work>& works, std::size_t works_max) {
    if (turns_.empty()) return;
    const std::size_t share = std::max<std::size_t>(1, works_max / turns_.size());
    for (std::size_t turns = std::min(turns_.size(), works_max); turns != 0; --turns) {
        Waiting& waiting = *turns_.front();
        turns_.pop_front();
        take_from(waiting, works, share);
        waiting.has_turn = !waiting.works.empty();
        if (waiting.has_turn) turns_.push_back(&waiting);
    }
    if (turns_.empty() && tenants_.size() > remembered_tenants_max) tenants_.clear();
}

void EvaluatorQueue::clear() {
    turns_.clear();
    tenants_.clear();
    works_ = 0;
    bytes_ = 0;
}

}  // namespace gatehouse::rules
