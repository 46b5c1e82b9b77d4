#include "api/iot/confirm_topic_rule_destination.h"
#include "api/iot/create_topic_rule_destination.h"
#include "api/iot/delete_topic_rule_destination.h"
#include "api/iot/get_topic_rule_destination.h"
#include "api/iot/list_topic_rule_destinations.h"
#include "api/iot/operations.h"
#include "api/iot/update_topic_rule_destination.h"

namespace gatehouse::api {

void add_destination_operations(Service& service, const IotParts& parts) {
    service.handle(iot::ConfirmTopicRuleDestination{parts.destinations})
        .handle(iot::CreateTopicRuleDestination{parts.destinations, parts.challenge})
        .handle(iot::DeleteTopicRuleDestination{parts.destinations})
        .handle(iot::GetTopicRuleDestination{parts.destinations})
        .handle(iot::ListTopicRuleDestinations{parts.destinations})
        .handle(iot::UpdateTopicRuleDestination{parts.destinations, parts.challenge});
}

}  // namespace gatehouse::api
