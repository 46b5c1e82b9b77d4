// Bytes waiting to be written to one connection. Connections with nothing waiting own no buffer;
// buffers come from a pool of the loop and go back to it.
//
// Threads: one loop.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/pinned.h"

namespace gatehouse::gateway {

class OutputBuffer : Pinned {
public:
    // Room for `bytes` more bytes; the caller fills it before the next call.
    std::uint8_t* extend(std::size_t bytes) {
        if (end_ + bytes > bytes_.size()) grow(bytes);
        std::uint8_t* const room = bytes_.data() + end_;
        end_ += bytes;
        return room;
    }
    std::span<const std::uint8_t> waiting() const {
        return {bytes_.data() + begin_, end_ - begin_};
    }
    std::size_t size() const { return end_ - begin_; }
    void consume(std::size_t bytes) {
        begin_ += bytes;
        if (begin_ == end_) begin_ = end_ = 0;
    }

private:
    friend class OutputPool;
    void grow(std::size_t bytes);

    std::vector<std::uint8_t> bytes_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

class OutputPool : Pinned {
public:
    std::unique_ptr<OutputBuffer> take();
    // Large and surplus buffers are freed.
    void give_back(std::unique_ptr<OutputBuffer> buffer);

private:
    static constexpr std::size_t kept_max = 512;
    static constexpr std::size_t kept_bytes_max = 256 * 1024;
    std::vector<std::unique_ptr<OutputBuffer>> free_;
};

}  // namespace gatehouse::gateway
