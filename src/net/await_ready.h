// Waiting for one readiness of a descriptor that nobody watches yet. Internal to net.
#pragma once

#include <cstdint>

#include "async/event_loop.h"
#include "async/task.h"
#include "base/deadline.h"

namespace gatehouse::net {

// False when the deadline passed first. `events` as for epoll.
async::Task<bool> await_ready(async::EventLoop& loop, int descriptor, std::uint32_t events,
                              Deadline deadline);

}  // namespace gatehouse::net
