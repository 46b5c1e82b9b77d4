// Publishes what rules make of messages.
//
// Threads: the loop of actions, which is the broker's first.
#pragma once

#include <map>
#include <memory>

#include "async/event_loop.h"
#include "base/pinned.h"
#include "broker/broker.h"
#include "broker/publisher.h"
#include "rules/doors.h"

namespace gatehouse::rules {

class Republisher final : public BrokerDoor, Pinned {
public:
    explicit Republisher(async::EventLoop& loop) : loop_(loop) {}

    // Until then nothing can be published. The broker must live until stop().
    void serve(broker::Broker& broker) { broker_ = &broker; }
    void stop();

    async::Task<Result<void>> publish(Republication message, Deadline deadline) override;

private:
    broker::Publisher& publisher_of(const Tenant& tenant);

    async::EventLoop& loop_;
    broker::Broker* broker_ = nullptr;
    std::map<Tenant, std::unique_ptr<broker::Publisher>> publishers_;
};

}  // namespace gatehouse::rules
