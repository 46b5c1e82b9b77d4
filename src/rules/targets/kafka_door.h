// Sending to brokers of Apache Kafka. Implemented by whoever knows where connections may go.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "async/task.h"
#include "base/deadline.h"
#include "base/result.h"

namespace gatehouse::rules {

// What makes one producer: who has the same terms shares it.
struct KafkaTerms {
    // By librdkafka's names, in their order. Passwords are among them.
    std::vector<std::pair<std::string, std::string>> settings;
    bool is_encrypted = true;

    auto operator<=>(const KafkaTerms&) const = default;
};
using KafkaTermsPtr = std::shared_ptr<const KafkaTerms>;

struct KafkaRecord {
    std::string topic;
    std::optional<std::string> key;
    std::optional<std::int32_t> partition;  // nothing: by the key, as Kafka's own client has it
    std::vector<std::pair<std::string, std::string>> headers;
    std::string payload;

    std::size_t bytes() const;
};

// Threads: check() and may_reach() any; send() on the loop of actions.
class KafkaDoor {
public:
    virtual ~KafkaDoor() = default;

    // Unavailable: the client library is not there.
    virtual Result<void> check() = 0;
    // Whether brokers may be at the host, as far as it says itself: names are looked up when
    // something is sent. NotAllowed says what the operator would have to set.
    virtual Result<void> may_reach(std::string_view host, bool is_encrypted) const = 0;
    // Returns when the broker has acknowledged it as the terms ask. Unavailable, Timeout: no broker
    // took it. Throttled: too much is on its way. Others: it was refused.
    virtual async::Task<Result<void>> send(KafkaTermsPtr terms, KafkaRecord record,
                                           Deadline deadline) = 0;
};

}  // namespace gatehouse::rules
