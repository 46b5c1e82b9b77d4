// Clients that take no part in what is measured: they are connected, and subscribed to filters
// that no message matches.
//
// Threads: one loop, which connect() turns itself.
#pragma once

#include <memory>
#include <vector>

#include "async/event_loop.h"
#include "base/pinned.h"
#include "load/arrivals.h"
#include "load/client.h"
#include "scenarios.h"

namespace gatehouse::bench {

class Bystanders : Pinned {
public:
    // Without credentials, whatever the target says.
    Bystanders(async::EventLoop& loop, const load::Target& target, Others wanted);
    ~Bystanders();

    // Until all are in, or one has failed.
    void connect();
    const load::Arrivals& arrivals() const { return arrivals_; }

private:
    class Bystander;

    async::EventLoop& loop_;
    const load::Target target_;
    const Others wanted_;
    load::Arrivals arrivals_;
    std::vector<std::unique_ptr<Bystander>> all_;
};

}  // namespace gatehouse::bench
