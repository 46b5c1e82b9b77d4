// What another process has used so far.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>

namespace gatehouse::bench {

struct ProcessUsage {
    std::chrono::nanoseconds cpu{};  // user and system time of all its threads, without children
    std::uint64_t resident_bytes = 0;
};

// Zeros when the process is gone.
ProcessUsage usage_of(pid_t process);

}  // namespace gatehouse::bench
