// SendDirectMessage: a message to one client, subscribed or not.
// Source: AWS IoT data plane API Reference, SendDirectMessage.
#pragma once

#include "api/data/connections.h"
#include "api/endpoint.h"
#include "api/shapes/data/send_direct_message.h"

namespace gatehouse::api::data {

struct SendDirectMessage {
    using Shape = SendDirectMessageShape;

    Connections& connections;

    async::Task<wire::Outcome<SendDirectMessageResponse>> handle(
        const Caller& caller, SendDirectMessageRequest request) const;
};

}  // namespace gatehouse::api::data
