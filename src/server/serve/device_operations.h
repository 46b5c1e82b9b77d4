// Operations of the data plane at the HTTPS doors, for devices: by certificate, not by signature.
// Publishing is the door's own.
//
// Threads: any loop.
#pragma once

#include "api/data/data_service.h"
#include "async/worker_pool.h"
#include "base/pinned.h"
#include "gateway/device_api.h"
#include "gateway/gateway.h"
#include "server/serve/data_plane.h"

namespace gatehouse::server {

class DeviceOperations final : public gateway::DeviceApi, Pinned {
public:
    // Both must outlive it.
    DeviceOperations(gateway::Gateway& gateway, async::WorkerPool& workers);

    std::optional<Operation> operation_of(const net::HttpRequest& request) const override;
    async::Task<net::HttpResponse> answer(const Call& call) const override;

private:
    DataPlane publisher_;
    RetainedPlane retained_;
    ConnectionPlane connections_;
    const api::Service service_;
    async::WorkerPool& workers_;
};

}  // namespace gatehouse::server
