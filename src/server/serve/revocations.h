// Keeps the operator's certificate revocation lists in force (`tls.revocation-lists`).
//
// Threads: the main loop's; files are read on a worker.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "async/event_loop.h"
#include "async/task_group.h"
#include "async/worker_pool.h"
#include "base/clock.h"
#include "base/pinned.h"
#include "base/result.h"
#include "certificates/revocation_lists.h"
#include "logs/event.h"
#include "server/serve/devices.h"

namespace gatehouse::server {

class Revocations : Pinned {
public:
    struct Parts {
        std::string path;  // empty: there are none
        async::EventLoop& loop;
        async::WorkerPool& workers;
        const Clock& clock;
        Devices& devices;
        // What the operator has to know; `reason` is one of the log.
        std::function<void(logs::Status, std::string_view reason, const std::string&)> tell;
    };
    explicit Revocations(Parts parts);

    // The first time, before the loops run. The error names what cannot be used.
    Result<void> load();
    // Again. Where something cannot be used any more, what there is stays.
    void refresh();
    // Waits for a file that is being read.
    async::Task<void> stop();

private:
    async::Task<void> read_again();
    void take(certificates::RevocationListsPtr lists);

    const Parts parts_;
    certificates::RevocationListsPtr lists_;
    bool is_reading_ = false;
    bool is_due_again_ = false;
    async::TaskGroup tasks_;
};

}  // namespace gatehouse::server
