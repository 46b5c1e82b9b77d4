// ConnectDevice: makes a thing, an active certificate and a policy that allows the device its own
// topics alone, ties them, and hands out a zip with which the device connects (device_kit.h). All
// is made, or nothing. The private key is in the zip and nowhere else.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "api/endpoint.h"
#include "api/shapes/gatehouse/connect_device.h"
#include "async/worker_pool.h"
#include "certificates/local_authority.h"
#include "registry/device_setup_records.h"

namespace gatehouse::api::gatehouse {

// What the operation needs; all of it outlives it.
struct DeviceParts {
    registry::DeviceSetups& setups;
    certificates::LocalAuthority& authority;
    // The host name that the tenant's devices connect to, as DescribeEndpoint answers it.
    std::function<async::Task<Result<std::string>>(Tenant)> endpoint_name;
    // Nothing while that door is closed.
    std::function<std::optional<std::uint16_t>()> mqtts_port;
    // What devices have to trust; empty: what their system trusts. Blocks.
    std::function<Result<std::string>()> root_ca_pem;
};

struct ConnectDevice {
    using Shape = ConnectDeviceShape;

    DeviceParts parts;
    async::WorkerPool& workers;

    async::Task<Result<ConnectDeviceResponse>> handle(const Caller& caller,
                                                      ConnectDeviceRequest request) const;
};

}  // namespace gatehouse::api::gatehouse
