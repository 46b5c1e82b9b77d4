// The API's data plane on top of the devices' gateway.
#pragma once

#include "api/data/message_publisher.h"
#include "gateway/gateway.h"

namespace gatehouse::server {

// Threads: the API's loop, the main one, which is the gateway's first.
class DataPlane final : public api::data::MessagePublisher {
public:
    // The gateway must outlive it.
    explicit DataPlane(gateway::Gateway& gateway) : gateway_(gateway) {}

    async::Task<Result<void>> publish(Tenant tenant, api::data::Message message,
                                      Deadline deadline) override;

private:
    gateway::Gateway& gateway_;
};

}  // namespace gatehouse::server
