// What brokers tell of themselves on `$SYS/broker/…`, by the names that mosquitto made common:
// retained messages, anew every few seconds, in memory alone. For who may subscribe to them.
//
// Threads: the main loop.
#pragma once

#include <chrono>
#include <string_view>

#include "async/event_loop.h"
#include "async/task_group.h"
#include "base/pinned.h"
#include "base/tenant.h"
#include "broker/publisher.h"
#include "gateway/gateway.h"

namespace gatehouse::server {

class SysTopics : Pinned {
public:
    // The gateway must outlive it; the main loop is its first.
    SysTopics(async::EventLoop& loop, gateway::Gateway& gateway, const Tenant& tenant,
              std::chrono::seconds interval);
    // From now on, until it dies or stop().
    void start();
    void stop();

private:
    void plan();
    async::Task<void> publish_all();
    void publish(std::string_view topic, std::string_view payload);

    async::EventLoop& loop_;
    gateway::Gateway& gateway_;
    const std::chrono::seconds interval_;
    const SteadyTime began_;
    broker::Publisher publisher_;
    async::TaskGroup tasks_;
    async::FunctionTimer timer_;
};

}  // namespace gatehouse::server
