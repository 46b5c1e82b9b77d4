#include "load/streams.h"

namespace gatehouse::load {

const Sequence& Streams::expect(std::uint64_t stream) {
    return sequences_.try_emplace(stream, Sequence::Start::AtZero).first->second;
}

bool Streams::note(const Stamp& stamp) {
    const std::uint64_t stream = stamp.stream();
    if (last_ == nullptr || last_stream_ != stream) {
        auto found = sequences_.find(stream);
        if (found == sequences_.end()) {
            if (of_ == Of::Expected) return false;
            found = sequences_.try_emplace(stream, Sequence::Start::AtTheFirstSeen).first;
        }
        last_stream_ = stream;
        last_ = &found->second;
    }
    last_->note(stamp.number);
    return true;
}

std::uint64_t Streams::sum(std::uint64_t (Sequence::*part)() const) const {
    std::uint64_t all = 0;
    for (const auto& [stream, sequence] : sequences_) all += (sequence.*part)();
    return all;
}

}  // namespace gatehouse::load
