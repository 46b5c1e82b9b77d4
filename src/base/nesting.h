// How deep a reader is in what stands within each other, counted while one is being read.
#pragma once

#include <cstddef>

#include "base/pinned.h"

namespace gatehouse {

class Nesting : Pinned {
public:
    // The depth outlives it.
    explicit Nesting(std::size_t& depth) : depth_(depth) { ++depth_; }
    ~Nesting() { --depth_; }

private:
    std::size_t& depth_;
};

}  // namespace gatehouse
