// Amazon CloudWatch Logs, signed as "logs".
#pragma once

#include "api/logs/query_board.h"
#include "api/service.h"
#include "async/worker_pool.h"
#include "logs/log_store.h"

namespace gatehouse::api {

// Everything this service works with; it must outlive the service.
struct LogsParts {
    ::gatehouse::logs::LogStore& logs;
    async::WorkerPool& workers;
    logs::QueryBoard& queries;
};

Service make_logs_service(const LogsParts& parts);

}  // namespace gatehouse::api
