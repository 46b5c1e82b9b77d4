#include "process_usage.h"

#include <fmt/format.h>
#include <unistd.h>

#include <ctime>
#include <fstream>

namespace gatehouse::bench {

ProcessUsage usage_of(pid_t process) {
    ProcessUsage usage;
    clockid_t clock{};
    timespec time{};
    if (clock_getcpuclockid(process, &clock) == 0 && clock_gettime(clock, &time) == 0) {
        usage.cpu = std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
    }
    std::uint64_t pages = 0;
    std::uint64_t resident_pages = 0;
    std::ifstream(fmt::format("/proc/{}/statm", process)) >> pages >> resident_pages;
    usage.resident_bytes = resident_pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
    return usage;
}

}  // namespace gatehouse::bench
