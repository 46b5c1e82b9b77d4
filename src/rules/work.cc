#include "rules/work.h"

#include "rules/reading.h"

namespace gatehouse::rules {
namespace {

struct MessageOf {
    const MessagePtr& operator()(const Arrived& arrived) const { return arrived.message; }
    const MessagePtr& operator()(const Again& again) const { return again.message; }
    const MessagePtr& operator()(const Answered& answered) const {
        return answered.run->reading().shared_message();
    }
    const MessagePtr& operator()(const ExecutionPtr& failed) const { return failed->message; }
};

struct BytesBesideMessage {
    std::size_t operator()(const Arrived&) const { return 0; }
    std::size_t operator()(const Again&) const { return 0; }
    std::size_t operator()(const Answered& answered) const {
        return answered.run->made_bytes() + answered.answer.size();
    }
    std::size_t operator()(const ExecutionPtr& failed) const { return failed->bytes(); }
};

}  // namespace

bool Arrived::is_done() const {
    return finding == nullptr || next >= finding->rules.size();
}

const MessagePtr& message_of(const Work& work) {
    return std::visit(MessageOf(), work);
}

std::size_t work_bytes(const Work& work) {
    return sizeof(Work) + message_of(work)->bytes() + std::visit(BytesBesideMessage(), work);
}

}  // namespace gatehouse::rules
