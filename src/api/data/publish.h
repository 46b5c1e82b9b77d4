// Publish: a message from a program that signs its requests.
// Source: AWS IoT data plane API Reference, Publish; its answer, which AWS's model leaves out, as
// in the Developer Guide, "HTTPS".
#pragma once

#include "api/data/message_publisher.h"
#include "api/endpoint.h"
#include "api/shapes/data/publish.h"

namespace gatehouse::api::data {

struct Publish {
    using Shape = PublishShape;

    MessagePublisher& publisher;

    async::Task<wire::Outcome<PublishResponse>> handle(const Caller& caller,
                                                       PublishRequest request) const;
};

}  // namespace gatehouse::api::data
