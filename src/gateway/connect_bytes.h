// Bytes of CONNECT packets that have not arrived whole, which anybody may send: of each connection
// what is over a small part, and of all on one loop no more than a bound.
//
// Threads: one loop.
#pragma once

#include <algorithm>
#include <cstddef>

#include "base/pinned.h"

namespace gatehouse::gateway {

class ConnectBytes : Pinned {
public:
    // Larger than the CONNECT of nearly every client.
    static constexpr std::size_t uncounted = 4 * 1024;

    explicit ConnectBytes(std::size_t most) : most_(most) {}
    std::size_t now() const { return now_; }

    // Of one connection; given back when it dies.
    class Held : Pinned {
    public:
        explicit Held(ConnectBytes& all) : all_(all) {}
        ~Held() { all_.now_ -= counted_; }
        // It has so many now. False: there is no room for them.
        bool grow_to(std::size_t bytes) {
            const std::size_t counted = std::max(bytes, uncounted) - uncounted;
            if (counted <= counted_) return true;
            if (all_.now_ + counted - counted_ > all_.most_) return false;
            all_.now_ += counted - counted_;
            counted_ = counted;
            return true;
        }

    private:
        ConnectBytes& all_;
        std::size_t counted_ = 0;
    };

private:
    const std::size_t most_;
    std::size_t now_ = 0;
};

}  // namespace gatehouse::gateway
