// ListRetainedMessages: the topics that have a retained message.
// Source: AWS IoT data plane API Reference, ListRetainedMessages.
#pragma once

#include "api/data/retained_messages.h"
#include "api/endpoint.h"
#include "api/shapes/data/list_retained_messages.h"

namespace gatehouse::api::data {

struct ListRetainedMessages {
    using Shape = ListRetainedMessagesShape;

    const RetainedMessages& messages;

    wire::Outcome<ListRetainedMessagesResponse> handle(
        const Caller& caller, const ListRetainedMessagesRequest& request) const;
};

}  // namespace gatehouse::api::data
