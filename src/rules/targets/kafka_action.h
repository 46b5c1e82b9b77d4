// The action `kafka`: the result becomes a record of a topic of Apache Kafka.
// Source: AWS IoT API Reference, KafkaAction; Developer Guide, "Apache Kafka".
#pragma once

#include "rules/action_kinds.h"

namespace gatehouse::rules {

Result<ActionPtr> make_kafka_action(Parameters& parameters, const ActionParts& parts);

}  // namespace gatehouse::rules
