// GetConnection: whether and how a client is connected.
// Source: AWS IoT data plane API Reference, GetConnection.
#pragma once

#include "api/data/connections.h"
#include "api/endpoint.h"
#include "api/shapes/data/get_connection.h"

namespace gatehouse::api::data {

struct GetConnection {
    using Shape = GetConnectionShape;

    Connections& connections;

    async::Task<wire::Outcome<GetConnectionResponse>> handle(const Caller& caller,
                                                             GetConnectionRequest request) const;
};

}  // namespace gatehouse::api::data
