#include "rules/message.h"

#include "mqtt/topic.h"

namespace gatehouse::rules {

std::string_view Message::ruled_topic() const {
    return mqtt::without_basic_ingest_prefix(topic);
}

std::size_t Message::bytes() const {
    return sizeof(*this) + topic.size() + payload.size() + properties.size() + client_id.size() +
           principal.size() + source_ip.size() + trace_id.size();
}

}  // namespace gatehouse::rules
