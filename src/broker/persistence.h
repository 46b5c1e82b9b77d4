// Whether and how the broker keeps sessions and messages over a restart.
#pragma once

#include <functional>

#include "base/clock.h"
#include "base/result.h"

namespace gatehouse::storage {
class MessageStore;
}

namespace gatehouse::broker {

// Told on another thread when writing begins to fail, with the error, and when it works again, with
// success. Must not block.
using DiskReport = std::function<void(const Result<void>&)>;

struct Persistence {
    // The broker's alone; must outlive it. Null: nothing is kept.
    storage::MessageStore* store = nullptr;
    // Wall time of what expires and of retained messages; set if `store` is.
    const Clock* clock = nullptr;
    DiskReport report;  // may be empty
};

}  // namespace gatehouse::broker
