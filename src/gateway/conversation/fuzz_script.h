// For the conversation fuzzer: its input, read as the choices that a script is made of.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "base/bytes.h"

namespace gatehouse::gateway {

class Script {
public:
    explicit Script(BytesView bytes) : left_(bytes) {}

    bool is_over() const { return left_.empty(); }
    // 0 behind the end.
    std::uint8_t byte() {
        if (left_.empty()) return 0;
        const std::uint8_t byte = left_.front();
        left_ = left_.subspan(1);
        return byte;
    }
    // Below `count`. A digit stands for itself, so that seeds can be written by hand.
    std::uint32_t below(std::uint32_t count) {
        const std::uint8_t chosen = byte();
        const bool is_digit = chosen >= '0' && chosen <= '9';
        return (is_digit ? chosen - '0' : chosen) % count;
    }
    bool flag() { return below(2) == 1; }
    template <class Value, std::size_t count>
    const Value& one_of(const std::array<Value, count>& values) {
        return values[below(count)];
    }
    // At most so many bytes, as they are.
    BytesView bytes(std::size_t most) {
        const BytesView taken = left_.first(std::min(most, left_.size()));
        left_ = left_.subspan(taken.size());
        return taken;
    }

private:
    BytesView left_;
};

}  // namespace gatehouse::gateway
