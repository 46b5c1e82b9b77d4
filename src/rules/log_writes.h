// The log groups of the server, as rules write into them.
//
// Threads: the loop of actions; the disk is written on a worker.
#pragma once

#include "async/event_loop.h"
#include "async/worker_pool.h"
#include "base/pinned.h"
#include "logs/log_store.h"
#include "rules/doors.h"

namespace gatehouse::rules {

class LogWrites final : public LogDoor, Pinned {
public:
    // All must outlive it.
    LogWrites(logs::LogStore& logs, async::WorkerPool& workers, async::EventLoop& loop)
        : logs_(logs), workers_(workers), loop_(loop) {}

    async::Task<Result<void>> put(Tenant tenant, std::string group, std::string stream,
                                  std::vector<LogEntry> entries) override;

private:
    logs::LogStore& logs_;
    async::WorkerPool& workers_;
    async::EventLoop& loop_;
};

}  // namespace gatehouse::rules
