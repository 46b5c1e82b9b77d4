// The actions whose targets speak AWS's protocols: each reads its parameters.
#pragma once

#include "rules/action_kinds.h"

namespace gatehouse::rules {

Result<ActionPtr> make_s3_action(Parameters& parameters, const ActionParts& parts);
Result<ActionPtr> make_sqs_action(Parameters& parameters, const ActionParts& parts);
Result<ActionPtr> make_sns_action(Parameters& parameters, const ActionParts& parts);
Result<ActionPtr> make_kinesis_action(Parameters& parameters, const ActionParts& parts);
Result<ActionPtr> make_firehose_action(Parameters& parameters, const ActionParts& parts);
Result<ActionPtr> make_dynamodb_action(Parameters& parameters, const ActionParts& parts);
Result<ActionPtr> make_dynamodb_v2_action(Parameters& parameters, const ActionParts& parts);
Result<ActionPtr> make_cloudwatch_metric_action(Parameters& parameters, const ActionParts& parts);
Result<ActionPtr> make_cloudwatch_alarm_action(Parameters& parameters, const ActionParts& parts);
// OpenSearch's, and Elasticsearch's, which is the same.
Result<ActionPtr> make_open_search_action(Parameters& parameters, const ActionParts& parts);
Result<ActionPtr> make_elasticsearch_action(Parameters& parameters, const ActionParts& parts);
Result<ActionPtr> make_step_functions_action(Parameters& parameters, const ActionParts& parts);
Result<ActionPtr> make_timestream_action(Parameters& parameters, const ActionParts& parts);

}  // namespace gatehouse::rules
