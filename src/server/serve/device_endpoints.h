// The host names that devices connect to, both ways: which name is whose, and whose name is which.
//
// Source: AWS IoT Developer Guide, "Connecting devices": each account has an endpoint name of its
// own. The default tenant has the bare endpoint, and with it whatever names nobody (no TLS, no SNI,
// an address).
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "api/origin_guard.h"
#include "async/task.h"
#include "async/worker_pool.h"
#include "base/pinned.h"
#include "base/result.h"
#include "base/tenant.h"
#include "gateway/parts.h"
#include "iam/accounts.h"
#include "registry/authorizers.h"
#include "registry/endpoint_name.h"
#include "server/serve/server_certificate.h"
#include "server/settings.h"

namespace gatehouse::server {

// By which API and metrics are asked: the endpoints, and the machine's names.
api::OriginGuard::Names names_asked_by(const Settings& settings);

// The endpoints that are host names, below which others' names stand; and all names by which the
// server is called itself. Lower case.
std::vector<std::string> host_names_of(const Settings& settings);
std::vector<std::string> own_names_of(const Settings& settings);

class DeviceEndpoints : Pinned {
public:
    // All but the settings outlive it.
    struct Parts {
        const Settings& settings;
        const iam::Accounts& accounts;
        const registry::Authorizers& authorizers;
        ServerCertificate& certificate;
        async::WorkerPool& workers;
    };
    explicit DeviceEndpoints(const Parts& parts);

    // The default tenant's.
    const std::string& usual() const { return usual_; }

    // By the host name that a connection asked for. Names are free to make up, so only what is
    // there counts: an account that exists, in a region in which it has an authorizer. From any
    // loop.
    gateway::TenantAnswer tenant_of(std::string_view server_name) const;

    // The tenant's name, once devices can connect to it and verify the certificate. InvalidInput
    // when this server has no names for others than the default tenant, or the region cannot be
    // part of one; LimitExceeded over the regions that a certificate takes. From a task on a loop.
    async::Task<Result<std::string>> name_for(Tenant tenant, registry::EndpointType type);

    // What to do when the server has a new certificate; on the loop of the name_for() that caused
    // it. Set before the loops run.
    void on_new_certificate(std::function<Result<void>()> show) { show_ = std::move(show); }

private:
    const Parts parts_;
    const std::shared_ptr<const Tenant> usual_tenant_;
    const std::string usual_;
    const bool regions_apart_;
    const std::vector<std::string> host_names_;  // those that others' names are made of
    const std::vector<std::string> own_names_;   // those by which the default tenant is called
    std::function<Result<void>()> show_;
    std::atomic<bool> is_shown_ = true;  // the newest certificate
};

}  // namespace gatehouse::server
