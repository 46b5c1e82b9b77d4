// Our own service, signed as "gatehouse": what the console and our commands need beside AWS's
// services. Its model is wire/overlay/gatehouse.json.
#pragma once

#include <functional>
#include <string>

#include "api/gatehouse/connect_device.h"
#include "api/service.h"
#include "async/worker_pool.h"
#include "base/clock.h"
#include "logs/log_store.h"
#include "logs/trace.h"

namespace gatehouse::api {

// What does not change while the server runs.
struct ServerFacts {
    std::string version;
    std::string profile;   // "aws"
    std::string tenancy;   // "single"
    std::string endpoint;  // the host name devices are told
};

// Everything this service works with; it must outlive the service.
struct GatehouseParts {
    const ServerFacts& facts;
    const Clock& clock;
    ::gatehouse::logs::TraceStore& traces;
    ::gatehouse::logs::LogStore& log;
    async::WorkerPool& workers;
    // Of its own, since a statement may take long; what has no room in it is refused.
    async::WorkerPool& rule_test_workers;
    gatehouse::DeviceParts devices;
    // Null with the system's clock.
    ManualClock* manual_clock = nullptr;
    // Makes every loop look at the clock again.
    std::function<void()> wake_loops;
};

Service make_gatehouse_service(const GatehouseParts& parts);

}  // namespace gatehouse::api
