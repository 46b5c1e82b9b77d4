// Addresses of names, as the system finds them. Each name has a thread of its own while it is
// looked up, which all who want it share, so that one whose DNS is silent holds up nobody else.
//
// Threads: one loop; may be destroyed elsewhere once the loop stands still. Whatever the system is
// still looking up then goes on by itself and is not waited for.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "async/event_loop.h"
#include "async/task.h"
#include "base/deadline.h"
#include "base/pinned.h"
#include "base/result.h"
#include "net/address.h"

namespace gatehouse::net {

class NameLookups : Pinned {
public:
    // Of any port; blocks.
    using Resolve = std::function<Result<std::vector<Address>>(const std::string& host)>;
    struct Settings {
        std::chrono::seconds kept_for{30};
        std::chrono::seconds failure_kept_for{2};
        std::size_t waiting_max = 1024;   // for one name
        std::size_t under_way_max = 256;  // names, each with its thread
        std::size_t kept_max = 1024;      // names
    };
    // The loop must outlive it. `resolve` is called on threads that may outlive it.
    explicit NameLookups(async::EventLoop& loop);
    NameLookups(async::EventLoop& loop, Settings settings, Resolve resolve);
    ~NameLookups();

    // Unavailable: there are none, or too much is being looked up. Timeout. Cancelled: by the
    // owner, which is whatever the caller chose. It must outlive those that wait.
    async::Task<Result<std::vector<Address>>> addresses(std::string host, std::uint16_t port,
                                                        const void* owner, Deadline deadline);
    // Who waits for that owner waits no longer.
    void cancel(const void* owner);
    // They do not answer: the name may have moved.
    void forget(const std::string& host);

private:
    struct Waiter;
    struct Entry;
    struct State;
    Result<void> begin(const std::string& host);
    void make_room();

    async::EventLoop& loop_;
    const Settings settings_;
    const std::shared_ptr<const Resolve> resolve_;
    const std::shared_ptr<State> state_;
};

}  // namespace gatehouse::net
