#include "base/standard_error.h"

#include <poll.h>
#include <unistd.h>

#include <climits>

namespace gatehouse {

void write_standard_error(std::string_view line) noexcept {
    // A pipe or terminal that is ready takes PIPE_BUF bytes at once.
    pollfd ready{.fd = STDERR_FILENO, .events = POLLOUT, .revents = 0};
    if (poll(&ready, 1, 0) != 1) return;
    // There is nobody left to be told that this failed.
    [[maybe_unused]] const ssize_t written =
        write(STDERR_FILENO, line.data(), line.substr(0, PIPE_BUF).size());
}

}  // namespace gatehouse
