// What the data plane needs of whoever keeps retained messages.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "api/data/asker.h"
#include "base/bytes.h"
#include "base/result.h"

namespace gatehouse::api::data {

struct RetainedMessage {
    std::string topic;
    Bytes payload;
    int qos = 0;
    std::int64_t retained_at = 0;  // milliseconds since 1970
    std::string user_properties;   // JSON: [{"name":"value"}, …]; empty: there are none
};

class RetainedMessages {
public:
    // NotFound.
    virtual Result<RetainedMessage> find(const Asker& asker, const std::string& topic) const = 0;
    // Without payloads and user properties, in the order of the topics, those behind `after`.
    struct Summary {
        std::string topic;
        std::size_t payload_bytes = 0;
        int qos = 0;
        std::int64_t retained_at = 0;
    };
    virtual std::vector<Summary> list(const Asker& asker, const std::string& after,
                                      std::size_t limit) const = 0;

protected:
    ~RetainedMessages() = default;
};

}  // namespace gatehouse::api::data
