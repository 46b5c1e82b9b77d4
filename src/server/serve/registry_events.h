// Publishes what the registry wrote down for `$aws/events/…` (registry/event_outbox.h), the oldest
// first. An event is removed once its message is published, and on disk where it has to be: what is
// left when the program ends is published at the next start.
//
// Source: AWS IoT Developer Guide, "Event messages": at least once.
//
// Threads: the main loop; wake() from any.
#pragma once

#include <atomic>
#include <functional>

#include "async/event_loop.h"
#include "async/task_group.h"
#include "base/pinned.h"
#include "gateway/gateway.h"
#include "registry/event_outbox.h"
#include "storage/async_resource_store.h"

namespace gatehouse::server {

class RegistryEvents : Pinned {
public:
    // All must outlive it; the main loop is the gateway's first.
    RegistryEvents(async::EventLoop& loop, gateway::Gateway& gateway,
                   storage::AsyncResourceStore& store);

    // There may be something to publish.
    void wake();
    // Ends; what is being published is waited for.
    async::Task<void> stop();

private:
    void begin();
    async::Task<void> publish_all();
    // False: not all could be published, or removed: it is tried again.
    async::Task<bool> publish_some(const registry::WrittenEvents& written);
    // Calls `then` once it is published, and kept where it has to be.
    async::Task<void> publish(const registry::WrittenEvent& event, std::function<void()> then);
    void try_later();

    async::EventLoop& loop_;
    gateway::Gateway& gateway_;
    storage::AsyncResourceStore& store_;
    async::TaskGroup tasks_;
    async::FunctionTimer retry_;
    std::atomic<bool> is_posted_ = false;
    bool is_woken_ = false;
    bool is_stopping_ = false;
};

}  // namespace gatehouse::server
