// The AWS IoT data plane, signed as "iotdata" or "iotdevicegateway".
#pragma once

#include "api/data/connections.h"
#include "api/data/message_publisher.h"
#include "api/data/retained_messages.h"
#include "api/service.h"

namespace gatehouse::api {

// Everything this service works with; it must outlive the service.
struct DataParts {
    data::MessagePublisher& publisher;
    const data::RetainedMessages& retained;
    data::Connections& connections;
};

Service make_data_service(const DataParts& parts);

}  // namespace gatehouse::api
