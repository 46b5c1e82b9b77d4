#include "gateway/output_buffer.h"

#include <algorithm>
#include <cstring>

namespace gatehouse::gateway {
namespace {
constexpr std::size_t first_bytes = 4096;
}

void OutputBuffer::grow(std::size_t bytes) {
    const std::size_t waiting = end_ - begin_;
    if (begin_ >= waiting && waiting + bytes <= bytes_.size()) {
        // The consumed front is large enough to move into without overlap.
        std::memcpy(bytes_.data(), bytes_.data() + begin_, waiting);
    } else {
        std::vector<std::uint8_t> larger(
            std::max({first_bytes, bytes_.size() * 2, waiting + bytes}));
        if (waiting > 0) std::memcpy(larger.data(), bytes_.data() + begin_, waiting);
        bytes_ = std::move(larger);
    }
    begin_ = 0;
    end_ = waiting;
}

std::unique_ptr<OutputBuffer> OutputPool::take() {
    if (free_.empty()) return std::make_unique<OutputBuffer>();
    auto buffer = std::move(free_.back());
    free_.pop_back();
    return buffer;
}

void OutputPool::give_back(std::unique_ptr<OutputBuffer> buffer) {
    if (free_.size() >= kept_max || buffer->bytes_.size() > kept_bytes_max) return;
    buffer->begin_ = buffer->end_ = 0;
    free_.push_back(std::move(buffer));
}

}  // namespace gatehouse::gateway
