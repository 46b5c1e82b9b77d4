#include "api/iot/create_topic_rule.h"
#include "api/iot/delete_topic_rule.h"
#include "api/iot/disable_topic_rule.h"
#include "api/iot/enable_topic_rule.h"
#include "api/iot/get_topic_rule.h"
#include "api/iot/list_topic_rules.h"
#include "api/iot/operations.h"
#include "api/iot/replace_topic_rule.h"

namespace gatehouse::api {

void add_rule_operations(Service& service, const IotParts& parts) {
    const iot::RuleDestinations destinations{parts.destinations, parts.challenge};
    service.handle(iot::CreateTopicRule{parts.rules, destinations})
        .handle(iot::DeleteTopicRule{parts.rules})
        .handle(iot::DisableTopicRule{parts.rules})
        .handle(iot::EnableTopicRule{parts.rules})
        .handle(iot::GetTopicRule{parts.rules})
        .handle(iot::ListTopicRules{parts.rules})
        .handle(iot::ReplaceTopicRule{parts.rules, destinations});
}

}  // namespace gatehouse::api
