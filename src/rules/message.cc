#include "rules/message.h"

#include "mqtt/topic.h"

namespace gatehouse::rules {

std::string_view Message::ruled_topic() const {
    return mqtt::without_basic_ingest_prefix(topic);
}

}  // namespace gatehouse::rules
