// GetRetainedMessage: one retained message with its payload.
// Source: AWS IoT data plane API Reference, GetRetainedMessage.
#pragma once

#include "api/data/retained_messages.h"
#include "api/endpoint.h"
#include "api/shapes/data/get_retained_message.h"

namespace gatehouse::api::data {

struct GetRetainedMessage {
    using Shape = GetRetainedMessageShape;

    const RetainedMessages& messages;

    wire::Outcome<GetRetainedMessageResponse> handle(
        const Caller& caller, const GetRetainedMessageRequest& request) const;
};

}  // namespace gatehouse::api::data
