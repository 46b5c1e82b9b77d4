// DeleteConnection: ends a connection, and its session if asked to.
// Source: AWS IoT data plane API Reference, DeleteConnection.
#pragma once

#include "api/data/connections.h"
#include "api/endpoint.h"
#include "api/shapes/data/delete_connection.h"

namespace gatehouse::api::data {

struct DeleteConnection {
    using Shape = DeleteConnectionShape;

    Connections& connections;

    async::Task<wire::Outcome<DeleteConnectionResponse>> handle(
        const Caller& caller, DeleteConnectionRequest request) const;
};

}  // namespace gatehouse::api::data
