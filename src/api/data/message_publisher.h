// What the data plane needs of whoever carries messages.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "api/data/asker.h"
#include "async/task.h"
#include "base/bytes.h"
#include "base/deadline.h"
#include "base/result.h"

namespace gatehouse::api::data {

// A message as the API's Publish has it; texts as in the request.
struct Message {
    std::string topic;
    Bytes payload;
    std::optional<std::int64_t> qos;
    std::optional<bool> retain;
    std::optional<std::string> content_type;
    std::optional<std::string> response_topic;
    std::optional<std::int64_t> expiry_seconds;
    std::optional<std::string> payload_format;    // "UTF8_DATA"
    std::optional<std::string> correlation_data;  // base64
    std::optional<std::string> user_properties;   // base64 of JSON
};

class MessagePublisher {
public:
    // Passes the message on; done when it is on disk where it has to be. InvalidInput, TooLarge:
    // what is wrong with it. Unavailable: it cannot be kept.
    virtual async::Task<Result<void>> publish(Asker asker, Message message, Deadline deadline) = 0;

protected:
    ~MessagePublisher() = default;
};

}  // namespace gatehouse::api::data
