// ListSubscriptions: what a session is subscribed to, connected or not.
// Source: AWS IoT data plane API Reference, ListSubscriptions.
#pragma once

#include "api/data/connections.h"
#include "api/endpoint.h"
#include "api/shapes/data/list_subscriptions.h"

namespace gatehouse::api::data {

struct ListSubscriptions {
    using Shape = ListSubscriptionsShape;

    Connections& connections;

    async::Task<wire::Outcome<ListSubscriptionsResponse>> handle(
        const Caller& caller, ListSubscriptionsRequest request) const;
};

}  // namespace gatehouse::api::data
