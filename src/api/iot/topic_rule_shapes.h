// Topic rules in the shapes of the API.
#pragma once

#include <string>

#include "api/shapes/iot/types/topic_rule.h"
#include "api/shapes/iot/types/topic_rule_payload.h"
#include "registry/refusal.h"
#include "registry/texts.h"
#include "rules/topic_rule.h"

namespace gatehouse::api::iot {

// InvalidRequest: a version of SQL that there is not.
registry::Outcome<rules::RulePayload> payload_of(TopicRulePayload payload);
TopicRule shape_of(const rules::TopicRule& rule);

// The tags of the header x-amz-tagging: "key=value&key2=value2". InvalidRequest.
registry::Outcome<registry::Texts> tags_of_header(std::string_view header);

}  // namespace gatehouse::api::iot
