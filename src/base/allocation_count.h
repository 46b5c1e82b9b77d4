// How often a thread allocated with new, for benchmarks and tests of what must not allocate.
//
// A program that calls allocation_count() gets counting operators new and delete; it links
// gatehouse_allocation_count, which the server does not.
//
// Threads: each has a count of its own.
#pragma once

#include <cstdint>

namespace gatehouse {

std::uint64_t allocation_count();

// Made before a benchmark's loop: puts what one iteration allocates into the state's counters.
template <class State>
class AllocationsEach {
public:
    explicit AllocationsEach(State& state) : state_(state), before_(allocation_count()) {}
    AllocationsEach(const AllocationsEach&) = delete;
    AllocationsEach& operator=(const AllocationsEach&) = delete;
    ~AllocationsEach() {
        const auto made = static_cast<double>(allocation_count() - before_);
        state_.counters["allocations"] = made / static_cast<double>(state_.iterations());
    }

private:
    State& state_;
    const std::uint64_t before_;
};

}  // namespace gatehouse
