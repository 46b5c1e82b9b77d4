// clientProperties of kafka actions: those of Kafka's own client that AWS takes, as settings of
// librdkafka.
// Source: AWS IoT Developer Guide, "Apache Kafka", "Actions", clientProperties.
#pragma once

#include <map>
#include <string>

#include "base/result.h"
#include "rules/targets/kafka_door.h"

namespace gatehouse::rules {

using KafkaProperties = std::map<std::string, std::string, std::less<>>;

// InvalidInput, Unsupported (what AWS has and is not done here): the place's field is the property
// ("acks"), and the message goes on after its name. Whether hosts may be reached is not asked.
Result<KafkaTerms> kafka_terms_of(const KafkaProperties& properties);

// The hosts of bootstrap.servers. Empty: it is not right, which kafka_terms_of() says.
std::vector<std::string> kafka_hosts_of(std::string_view bootstrap_servers);

}  // namespace gatehouse::rules
