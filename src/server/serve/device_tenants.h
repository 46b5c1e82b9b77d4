// To which account and region a device's connection belongs, by the host name it asked for.
//
// Source: AWS IoT Developer Guide, "Connecting devices": each account has an endpoint name of its
// own. Without a name (no TLS, no SNI), and with any name that is none of a tenant's, it is the
// default tenant.
#pragma once

#include "gateway/parts.h"
#include "iam/accounts.h"
#include "registry/authorizers.h"
#include "server/settings.h"

namespace gatehouse::server {

// The endpoint that devices are told, and of which tenants' endpoints are made.
std::string devices_endpoint(const Settings& settings);

// Names are free to make up, so only what is there counts: an account that exists, in a region in
// which it has an authorizer. Both must outlive it.
gateway::TenantOf device_tenants(const Settings& settings, const iam::Accounts& accounts,
                                 const registry::Authorizers& authorizers);

}  // namespace gatehouse::server
