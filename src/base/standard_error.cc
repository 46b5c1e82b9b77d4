#include "base/standard_error.h"

#include <poll.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <mutex>

namespace gatehouse {

void write_standard_error(std::string_view line) noexcept {
    // A pipe or terminal that is ready takes PIPE_BUF bytes at once, of one thread.
    static std::mutex one_at_a_time;
    const std::scoped_lock lock(one_at_a_time);
    pollfd ready{.fd = STDERR_FILENO, .events = POLLOUT, .revents = 0};
    if (poll(&ready, 1, 0) != 1) return;
    // There is nobody left to be told that this failed.
    static char end_of_line = '\n';
    const bool is_cut = line.size() > PIPE_BUF;
    const std::array<iovec, 2> pieces{
        iovec{const_cast<char*>(line.data()), is_cut ? PIPE_BUF - 1 : line.size()},
        iovec{&end_of_line, is_cut ? std::size_t{1} : std::size_t{0}}};
    [[maybe_unused]] const ssize_t written = writev(STDERR_FILENO, pieces.data(), pieces.size());
}

}  // namespace gatehouse
