// Each action's request, byte for byte, and what its role has to be allowed for it.
#include "rules/targets/aws_actions.h"

#include <fmt/format.h>

#include "rules/targets/action_fixture.h"

namespace gatehouse::rules {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class AwsActions : public ActionFixture {
protected:
    // The one request that was made, as "METHOD PATH\nNAME: VALUE\n…\n\nBODY".
    std::string request() {
        EXPECT_EQ(aws.calls.size(), 1u);
        if (aws.calls.empty()) return "";
        const Call call = aws.calls.back();
        std::string text = call.method + " " + call.path + "\n";
        for (const auto& [name, value] : call.headers) text += name + ": " + value + "\n";
        aws.calls.clear();
        return text + "\n" + call.body;
    }
    void answer(unsigned status, std::string body) {
        net::HttpResponse response{.status = status};
        response.body = std::move(body);
        aws.answers.push_back(std::move(response));
    }
};

TEST_F(AwsActions, S3PutsAnObject) {
    EXPECT_EQ(perform(R"({"s3": {"bucketName": "my-bucket", "key": "${topic()}/a b+é/${id}.json",
                          "cannedAcl": "public-read"}})",
                      R"({"a":1})"),
              "done");
    EXPECT_EQ(request(),
              "PUT /my-bucket/devices/lamp/a%20b%2B%C3%A9/lamp.json\n"
              "Content-Type: application/octet-stream\n"
              "X-Amz-Content-Sha256: "
              "015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862\n"
              "X-Amz-Acl: public-read\n"
              "\n"
              R"({"a":1})");
    EXPECT_THAT(aws.services, ElementsAre(AwsService::S3));
    EXPECT_THAT(roles.asked, ElementsAre("arn:aws:iam::123456789012:role/r s3:PutObject "
                                         "arn:aws:s3:::my-bucket/devices/lamp/a b+é/lamp.json"));
    EXPECT_EQ(made_action->name(), "S3Action");
    EXPECT_EQ(made_action->resource(last_job), "my-bucket");
    EXPECT_EQ(made_action->role_arn(), role);
    EXPECT_EQ(perform(R"({"s3": {"bucketName": "my-bucket", "key": "k"}})",
                      std::string("\0\xFF", 2), false),
              "done");
    EXPECT_EQ(aws.calls.back().body, std::string("\0\xFF", 2)) << "any bytes";
}

TEST_F(AwsActions, S3KeysLeadNowhereElse) {
    EXPECT_EQ(perform(R"({"s3": {"bucketName": "my-bucket", "key": "a/${to}"}})", "{}"),
              "invalid-input: key comes to a path with '.' or '..', which may lead elsewhere");
    EXPECT_THAT(perform(R"({"s3": {"bucketName": "${to}", "key": "a"}})", "{}"),
                HasSubstr("no bucket's name"));
    EXPECT_THAT(
        perform(R"({"s3": {"bucketName": "abc", "key": ")" + std::string(1025, 'k') + R"("}})",
                "{}"),
        HasSubstr("1 to 1024 bytes"));
    EXPECT_TRUE(aws.calls.empty());
    EXPECT_TRUE(roles.asked.empty());
}

TEST_F(AwsActions, NothingIsAskedThatTheRoleMayNot) {
    roles.refuses = true;
    EXPECT_EQ(perform(R"({"s3": {"bucketName": "my-bucket", "key": "k"}})", "{}"),
              "not-allowed: the role may not");
    EXPECT_EQ(perform(R"({"firehose": {"deliveryStreamName": "d", "batchMode": true}})", "[1]"),
              "not-allowed: the role may not");
    EXPECT_TRUE(aws.calls.empty());
}

TEST_F(AwsActions, SqsSendsAMessage) {
    const std::string action = R"({"sqs": {"queueUrl": "https://sqs.example/123456789012/q"}})";
    EXPECT_EQ(perform(action, R"({"a":"é"})"), "done");
    EXPECT_EQ(request(),
              "POST /\n"
              "Content-Type: application/x-amz-json-1.0\n"
              "X-Amz-Target: AmazonSQS.SendMessage\n"
              "\n"
              R"({"QueueUrl":"https://sqs.example/123456789012/q","MessageBody":"{\"a\":\"é\"}"})");
    EXPECT_THAT(roles.asked.back(),
                HasSubstr(" sqs:SendMessage arn:aws:sqs:eu-west-1:123456789012:q"));
    EXPECT_THAT(perform(action, std::string("\xFF"), false), HasSubstr("useBase64 makes one"));
    EXPECT_THAT(perform(action, "a\x01", false), HasSubstr("control characters"));
    EXPECT_THAT(perform(action, "", false), HasSubstr("not empty"));
    EXPECT_TRUE(aws.calls.empty());
    EXPECT_EQ(
        perform(R"({"sqs": {"queueUrl": "https://sqs.example/123456789012/q", "useBase64": true}})",
                std::string("\xFF"), false),
        "done");
    EXPECT_THAT(request(), HasSubstr(R"("MessageBody":"/w=="})"));
}

TEST_F(AwsActions, SqsAsksTheRoleAboutTheQueueThatIsWritten) {
    for (const char* url : {"https://h/999999999999/secret?x=/123456789012/allowed", "https://h/q",
                            "https://h/x/123456789012/allowed", "https://h/123456789012/allowed/",
                            "https://h/123456789012/a%6Clowed", "https://h/1/allowed",
                            "https://h//allowed", "https://h", "https://h?/123456789012/allowed"}) {
        EXPECT_THAT(problem(fmt::format(R"({{"sqs": {{"queueUrl": "{}"}}}})", url)),
                    HasSubstr("is no queue's URL"))
            << url;
        message = std::make_shared<const Message>(
            Message{.tenant = facts->tenant,
                    .topic = "t",
                    .payload = fmt::format(R"({{"to": "{}"}})", url),
                    .trace_id = "t"});
        EXPECT_THAT(perform(R"({"sqs": {"queueUrl": "${to}"}})", "x", false),
                    HasSubstr("no queue's URL"))
            << url;
    }
    EXPECT_TRUE(roles.asked.empty());
    EXPECT_TRUE(aws.calls.empty());
}

TEST_F(AwsActions, SnsPublishes) {
    const char* arn = "arn:aws:sns:eu-west-1:123456789012:t";
    EXPECT_EQ(perform(R"({"sns": {"targetArn": "arn:aws:sns:eu-west-1:123456789012:t"}})",
                      R"({"a": "b&c"})"),
              "done");
    EXPECT_EQ(request(),
              "POST /\n"
              "Content-Type: application/x-www-form-urlencoded; charset=utf-8\n"
              "\n"
              "Action=Publish&Version=2010-03-31&TargetArn=arn%3Aaws%3Asns%3Aeu-west-1%3A"
              "123456789012%3At&Message=%7B%22a%22%3A%20%22b%26c%22%7D");
    EXPECT_THAT(roles.asked.back(), HasSubstr(std::string(" sns:Publish ") + arn));
    EXPECT_EQ(perform(R"({"sns": {"targetArn": "arn:aws:sns:eu-west-1:123456789012:t",
                          "messageFormat": "JSON"}})",
                      R"({"default":"x"})"),
              "done");
    EXPECT_THAT(request(), HasSubstr("&MessageStructure=json"));
    EXPECT_THAT(
        perform(R"({"sns": {"targetArn": "arn:aws:sns:eu-west-1:123456789012:t"}})", "\xFF", false),
        HasSubstr("texts"));
}

TEST_F(AwsActions, KinesisPutsARecord) {
    EXPECT_EQ(perform(R"({"kinesis": {"streamName": "s", "partitionKey": "${id}"}})", "hello"),
              "done");
    EXPECT_EQ(request(),
              "POST /\n"
              "Content-Type: application/x-amz-json-1.1\n"
              "X-Amz-Target: Kinesis_20131202.PutRecord\n"
              "\n"
              R"({"StreamName":"s","Data":"aGVsbG8=","PartitionKey":"lamp"})");
    EXPECT_THAT(roles.asked.back(),
                HasSubstr(" kinesis:PutRecord arn:aws:kinesis:eu-west-1:123456789012:stream/s"));
    EXPECT_EQ(perform(R"({"kinesis": {"streamName": "s"}})", "hello"), "done");
    EXPECT_THAT(request(), ::testing::ContainsRegex("\"PartitionKey\":\"[0-9a-f-]{36}\""));
    EXPECT_THAT(perform(R"({"kinesis": {"streamName": "s", "partitionKey": ")" +
                            std::string(257, 'k') + R"("}})",
                        "{}"),
                HasSubstr("1 to 256 characters"));
}

TEST_F(AwsActions, FirehosePutsARecord) {
    EXPECT_EQ(perform(R"({"firehose": {"deliveryStreamName": "d", "separator": "\n"}})", "[1]"),
              "done");
    EXPECT_EQ(request(),
              "POST /\n"
              "Content-Type: application/x-amz-json-1.1\n"
              "X-Amz-Target: Firehose_20150804.PutRecord\n"
              "\n"
              R"({"DeliveryStreamName":"d","Record":{"Data":"WzFdCg=="}})");
    EXPECT_THAT(roles.asked.back(), HasSubstr(" firehose:PutRecord arn:aws:firehose:eu-west-1:"
                                              "123456789012:deliverystream/d"));
}

TEST_F(AwsActions, FirehoseBatchesSendAgainWhatWasNotTaken) {
    const std::string action = R"({"firehose": {"deliveryStreamName": "d", "batchMode": true}})";
    answer(200, R"({"FailedPutCount":1,"RequestResponses":[{"RecordId":"1"},
                   {"ErrorCode":"ServiceUnavailableException","ErrorMessage":"Slow down."}]})");
    answer(200, R"({"FailedPutCount":0,"RequestResponses":[{"RecordId":"2"}]})");
    EXPECT_EQ(perform(action, R"([{"a":1.50},"b"])"), "done");
    ASSERT_EQ(aws.calls.size(), 2u);
    EXPECT_EQ(aws.calls[0].body,
              R"({"DeliveryStreamName":"d","Records":[{"Data":"eyJhIjoxLjV9"},{"Data":"ImIi"}]})");
    EXPECT_EQ(aws.calls[1].body, R"({"DeliveryStreamName":"d","Records":[{"Data":"ImIi"}]})");
    EXPECT_THAT(roles.asked.back(), HasSubstr(" firehose:PutRecordBatch "));
    for (int i = 0; i < 3; ++i) {
        answer(200, R"({"FailedPutCount":1,"RequestResponses":[{"ErrorCode":"Slow"}]})");
    }
    EXPECT_EQ(perform(action, "[1]"),
              "throttled: Firehose did not take 1 of the records of a batch: Slow");
    answer(200, R"({"FailedPutCount":0,"RequestResponses":[]})");
    EXPECT_THAT(perform(action, "[1]"), HasSubstr("cannot be read"));
    aws.calls.clear();
    EXPECT_EQ(perform(action, R"({"a":1})"), "done") << "no array is one record";
    EXPECT_THAT(request(), HasSubstr("Firehose_20150804.PutRecord\n"));
    std::string many = "[0";
    for (int i = 0; i < 500; ++i) many += ",0";
    EXPECT_THAT(perform(action, many + "]"), HasSubstr("at most 500 records"));
    EXPECT_THAT(perform(action, "[]"), HasSubstr("at least one"));
}

TEST_F(AwsActions, DynamoWritesOneAttribute) {
    EXPECT_EQ(perform(R"({"dynamoDB": {"tableName": "t", "hashKeyField": "id",
                          "hashKeyValue": "${id}", "rangeKeyField": "at", "rangeKeyValue": "${n}",
                          "rangeKeyType": "NUMBER"}})",
                      R"({"s":"x","n":-1.50,"big":12345678901234567890123,"t":true,"z":null,)"
                      R"("l":[1,"a",{}]})"),
              "done");
    EXPECT_EQ(request(),
              "POST /\n"
              "Content-Type: application/x-amz-json-1.0\n"
              "X-Amz-Target: DynamoDB_20120810.PutItem\n"
              "\n"
              R"({"TableName":"t","Item":{"id":{"S":"lamp"},"at":{"N":"1.5"},"payload":{"M":{)"
              R"("s":{"S":"x"},"n":{"N":"-1.5"},"big":{"N":"12345678901234567890123"},)"
              R"("t":{"BOOL":true},"z":{"NULL":true},)"
              R"("l":{"L":[{"N":"1"},{"S":"a"},{"M":{}}]}}}}})");
    EXPECT_THAT(roles.asked.back(),
                HasSubstr(" dynamodb:PutItem arn:aws:dynamodb:eu-west-1:123456789012:table/t"));
    EXPECT_EQ(perform(R"({"dynamoDB": {"tableName": "t", "hashKeyField": "id",
                          "hashKeyValue": "a", "payloadField": "raw"}})",
                      "\xFF", false),
              "done");
    EXPECT_THAT(request(), HasSubstr(R"("Item":{"id":{"S":"a"},"raw":{"B":"/w=="}}})"));
}

TEST_F(AwsActions, DynamoUpdatesAndDeletes) {
    EXPECT_EQ(perform(R"({"dynamoDB": {"tableName": "t", "hashKeyField": "id",
                          "hashKeyValue": "${id}", "operation": "${word}"}})",
                      R"({"a":1})"),
              "done");
    EXPECT_EQ(request(),
              "POST /\n"
              "Content-Type: application/x-amz-json-1.0\n"
              "X-Amz-Target: DynamoDB_20120810.UpdateItem\n"
              "\n"
              R"({"TableName":"t","Key":{"id":{"S":"lamp"}},)"
              R"("UpdateExpression":"SET #payload = :payload",)"
              R"("ExpressionAttributeNames":{"#payload":"payload"},)"
              R"("ExpressionAttributeValues":{":payload":{"M":{"a":{"N":"1"}}}}})");
    EXPECT_THAT(roles.asked.back(), HasSubstr(" dynamodb:UpdateItem "));
    EXPECT_EQ(perform(R"({"dynamoDB": {"tableName": "t", "hashKeyField": "id",
                          "hashKeyValue": "7", "hashKeyType": "NUMBER", "operation": "DELETE"}})",
                      R"({"a":1})"),
              "done");
    EXPECT_EQ(request(),
              "POST /\n"
              "Content-Type: application/x-amz-json-1.0\n"
              "X-Amz-Target: DynamoDB_20120810.DeleteItem\n"
              "\n"
              R"({"TableName":"t","Key":{"id":{"N":"7"}}})");
    EXPECT_THAT(roles.asked.back(), HasSubstr(" dynamodb:DeleteItem "));
    EXPECT_THAT(perform(R"({"dynamoDB": {"tableName": "t", "hashKeyField": "id",
                            "hashKeyValue": "${id}", "hashKeyType": "NUMBER"}})",
                        "{}"),
                HasSubstr("hashKeyValue comes to no number"));
    EXPECT_THAT(perform(R"({"dynamoDB": {"tableName": "t", "hashKeyField": "payload",
                            "hashKeyValue": "${id}"}})",
                        "{}"),
                HasSubstr("field of a key"));
    EXPECT_THAT(perform(R"({"dynamoDB": {"tableName": "t", "hashKeyField": "id",
                            "hashKeyValue": "${id}", "operation": "${id}"}})",
                        "{}"),
                HasSubstr("none of INSERT, UPDATE, DELETE"));
    EXPECT_THAT(perform(R"({"dynamoDB": {"tableName": "${to}", "hashKeyField": "id",
                            "hashKeyValue": "${id}"}})",
                        "{}"),
                HasSubstr("tableName comes to what is no table's name"));
    EXPECT_THAT(perform(R"({"dynamoDBv2": {"putItem": {"tableName": "${to}"}}})", "{}"),
                HasSubstr("tableName comes to what is no table's name"));
}

TEST_F(AwsActions, DynamoV2WritesEachMember) {
    const std::string action = R"({"dynamoDBv2": {"putItem": {"tableName": "t"}}})";
    EXPECT_EQ(perform(action, R"({"id":"lamp","n":2})"), "done");
    EXPECT_EQ(request(),
              "POST /\n"
              "Content-Type: application/x-amz-json-1.0\n"
              "X-Amz-Target: DynamoDB_20120810.PutItem\n"
              "\n"
              R"({"TableName":"t","Item":{"id":{"S":"lamp"},"n":{"N":"2"}}})");
    EXPECT_THAT(perform(action, "[1]"), HasSubstr("members of an object"));
    EXPECT_THAT(perform(action, "x", false), HasSubstr("members of an object"));
}

TEST_F(AwsActions, CloudwatchMetricsGetAValue) {
    EXPECT_EQ(perform(R"({"cloudwatchMetric": {"metricNamespace": "N s", "metricName": "${id}",
                          "metricValue": "${n}", "metricUnit": "Count",
                          "metricTimestamp": "1500000000"}})",
                      "{}"),
              "done");
    EXPECT_EQ(request(),
              "POST /\n"
              "Content-Type: application/x-www-form-urlencoded; charset=utf-8\n"
              "\n"
              "Action=PutMetricData&Version=2010-08-01&Namespace=N%20s&"
              "MetricData.member.1.MetricName=lamp&"
              "MetricData.member.1.Timestamp=2017-07-14T02%3A40%3A00.000Z&"
              "MetricData.member.1.Unit=Count&MetricData.member.1.Value=1.5");
    EXPECT_THAT(roles.asked.back(), HasSubstr(" cloudwatch:PutMetricData *"));
    EXPECT_EQ(perform(R"({"cloudwatchMetric": {"metricNamespace": "N", "metricName": "m",
                          "metricValue": "1", "metricUnit": "None"}})",
                      "{}"),
              "done");
    EXPECT_THAT(request(), HasSubstr("Timestamp=2026-01-01T00%3A00%3A00.000Z&")) << "now";
    EXPECT_THAT(perform(R"({"cloudwatchMetric": {"metricNamespace": "N", "metricName": "m",
                            "metricValue": "${id}", "metricUnit": "None"}})",
                        "{}"),
                HasSubstr("metricValue comes to no number"));
    EXPECT_THAT(perform(R"({"cloudwatchMetric": {"metricNamespace": "N", "metricName": "m",
                            "metricValue": "1", "metricUnit": "None",
                            "metricTimestamp": "${n}"}})",
                        "{}"),
                HasSubstr("no whole number"));
}

TEST_F(AwsActions, CloudwatchAlarmsGetAState) {
    EXPECT_EQ(perform(R"({"cloudwatchAlarm": {"alarmName": "a b", "stateReason": "${id} says so",
                          "stateValue": "ALARM"}})",
                      "{}"),
              "done");
    EXPECT_EQ(request(),
              "POST /\n"
              "Content-Type: application/x-www-form-urlencoded; charset=utf-8\n"
              "\n"
              "Action=SetAlarmState&Version=2010-08-01&AlarmName=a%20b&"
              "StateReason=lamp%20says%20so&StateValue=ALARM");
    EXPECT_THAT(roles.asked.back(), HasSubstr(" cloudwatch:SetAlarmState arn:aws:cloudwatch:"
                                              "eu-west-1:123456789012:alarm:a b"));
    EXPECT_THAT(perform(R"({"cloudwatchAlarm": {"alarmName": "a", "stateReason": "r",
                            "stateValue": "${id}"}})",
                        "{}"),
                HasSubstr("none of OK, ALARM, INSUFFICIENT_DATA"));
    EXPECT_THAT(problem(R"({"cloudwatchAlarm": {"alarmName": "a", "stateReason": "r",
                            "stateValue": "LOUD"}})"),
                HasSubstr("stateValue has to be one of OK, "));
}

TEST_F(AwsActions, OpenSearchIndexesADocument) {
    const std::string members =
        R"({"endpoint": "https://search-logs-abc.eu-west-1.es.amazonaws.com", "index": "rooms",
            "type": "_doc", "id": "${id}/1"}})";
    EXPECT_EQ(perform(R"({"openSearch": )" + members, R"({"a":1})"), "done");
    EXPECT_EQ(request(),
              "PUT /rooms/_doc/lamp%2F1\n"
              "Content-Type: application/json\n"
              "\n"
              R"({"a":1})");
    EXPECT_THAT(aws.services.back(), AwsService::OpenSearch);
    EXPECT_THAT(roles.asked.back(), HasSubstr(" es:ESHttpPut arn:aws:es:eu-west-1:123456789012:"
                                              "domain/logs/rooms/_doc/lamp/1"));
    EXPECT_EQ(made_action->name(), "OpenSearchAction");
    EXPECT_EQ(perform(R"({"elasticsearch": )" + members, R"({"a":1})"), "done");
    EXPECT_EQ(made_action->name(), "ElasticsearchAction");
    aws.calls.clear();
    EXPECT_THAT(perform(R"({"openSearch": )" + members, "x", false), HasSubstr("is JSON"));
    EXPECT_THAT(perform(R"({"openSearch": {"endpoint": "https://a.example", "index": "..",
                            "type": "t", "id": "i"}})",
                        "{}"),
                HasSubstr("neither '.' nor '..'"));
    EXPECT_TRUE(aws.calls.empty());
}

TEST_F(AwsActions, StepFunctionsStartAnExecution) {
    EXPECT_EQ(perform(R"({"stepFunctions": {"stateMachineName": "m",
                          "executionNamePrefix": "${id}-"}})",
                      R"({"a":1})"),
              "done");
    EXPECT_THAT(request(), ::testing::MatchesRegex(
                               "POST /\n"
                               "Content-Type: application/x-amz-json-1.0\n"
                               "X-Amz-Target: AWSStepFunctions.StartExecution\n"
                               "\n"
                               "\\{\"stateMachineArn\":\"arn:aws:states:eu-west-1:123456789012:"
                               "stateMachine:m\",\"input\":\"\\{\\\\\"a\\\\\":1\\}\","
                               "\"name\":\"lamp-[0-9a-f-]{36}\"\\}"));
    EXPECT_THAT(roles.asked.back(), HasSubstr(" states:StartExecution arn:aws:states:"));
    EXPECT_EQ(perform(R"({"stepFunctions": {"stateMachineName": "m"}})", "{}"), "done");
    EXPECT_FALSE(request().contains("\"name\""));
    EXPECT_THAT(perform(R"({"stepFunctions": {"stateMachineName": "m"}})", "x", false),
                HasSubstr("JSON alone"));
    EXPECT_THAT(perform(R"({"stepFunctions": {"stateMachineName": "m", "executionNamePrefix": ")" +
                            std::string(45, 'p') + R"("}})",
                        "{}"),
                HasSubstr("over 80 characters"));
}

TEST_F(AwsActions, TimestreamWritesARecordForEachMember) {
    EXPECT_EQ(perform(R"({"timestream": {"databaseName": "d", "tableName": "t",
                          "dimensions": [{"name": "device", "value": "${id}"}],
                          "timestamp": {"value": "1500000000", "unit": "SECONDS"}}})",
                      R"({"b":true,"i":7,"d":1.0,"e":1e3,"s":"x","o":{"k":[1]},"z":null})"),
              "done");
    EXPECT_EQ(request(),
              "POST /\n"
              "Content-Type: application/x-amz-json-1.0\n"
              "X-Amz-Target: Timestream_20181101.WriteRecords\n"
              "\n"
              R"({"DatabaseName":"d","TableName":"t","CommonAttributes":{)"
              R"("Dimensions":[{"Name":"device","Value":"lamp"}],)"
              R"("Time":"1500000000","TimeUnit":"SECONDS"},"Records":[)"
              R"({"MeasureName":"b","MeasureValue":"true","MeasureValueType":"BOOLEAN"},)"
              R"({"MeasureName":"i","MeasureValue":"7","MeasureValueType":"BIGINT"},)"
              R"({"MeasureName":"d","MeasureValue":"1","MeasureValueType":"DOUBLE"},)"
              R"({"MeasureName":"e","MeasureValue":"1000","MeasureValueType":"DOUBLE"},)"
              R"({"MeasureName":"s","MeasureValue":"x","MeasureValueType":"VARCHAR"},)"
              R"({"MeasureName":"o","MeasureValue":"{\"k\":[1]}","MeasureValueType":"VARCHAR"}]})");
    EXPECT_THAT(roles.asked.back(), HasSubstr(" timestream:WriteRecords arn:aws:timestream:"
                                              "eu-west-1:123456789012:database/d/table/t"));
    EXPECT_EQ(made_action->resource(last_job), "d/t");
    const std::string plain = R"({"timestream": {"databaseName": "d", "tableName": "t",
                                  "dimensions": [{"name": "device", "value": "a"}]}})";
    EXPECT_EQ(perform(plain, R"({"a":1})"), "done");
    EXPECT_THAT(request(), HasSubstr(R"("Time":"1767225600000","TimeUnit":"MILLISECONDS")"));
    EXPECT_THAT(perform(plain, "[1]"), HasSubstr("members of an object"));
    EXPECT_THAT(perform(plain, R"({"z":null})"), HasSubstr("1 to 100 members"));
}

TEST_F(AwsActions, SayWhatIsWrongWithThem) {
    EXPECT_EQ(problem(R"({"s3": {"bucketName": "my-bucket"}})"), "actions[0].s3.key is missing");
    EXPECT_THAT(problem(R"({"s3": {"bucketName": "b", "key": "k"}})"), HasSubstr("no bucket's"));
    EXPECT_THAT(problem(R"({"s3": {"bucketName": "my-bucket", "key": "k", "cannedAcl": "all"}})"),
                StartsWith("actions[0].s3.cannedAcl has to be one of private, public-read, "));
    EXPECT_THAT(problem(R"({"s3": {"bucketName": "my-bucket", "key": "k", "acl": "private"}})"),
                HasSubstr("acl is not known here"));
    EXPECT_THAT(problem(R"({"s3": {"bucketName": "my-bucket", "key": "k", "roleArn": "r"}})"),
                HasSubstr("roleArn"));
    EXPECT_THAT(problem(R"({"sqs": {"queueUrl": "q"}})"), HasSubstr("queueUrl is no queue's URL"));
    EXPECT_THAT(problem(R"({"sqs": {"queueUrl": "https://sqs.example/123456789012/q.fifo"}})"),
                HasSubstr("FIFO"));
    EXPECT_THAT(problem(R"({"sns": {"targetArn": "arn:aws:sqs:eu-west-1:123456789012:t"}})"),
                HasSubstr("no ARN of SNS's"));
    EXPECT_THAT(problem(R"({"firehose": {"deliveryStreamName": "d", "separator": ";"}})"),
                HasSubstr("separator has to be one of"));
    EXPECT_THAT(problem(R"({"dynamoDB": {"tableName": "t", "hashKeyField": "h",
                            "hashKeyValue": "v", "rangeKeyField": "r"}})"),
                HasSubstr("belong together"));
    EXPECT_THAT(problem(R"({"dynamoDB": {"tableName": "t", "hashKeyField": "h",
                            "hashKeyValue": "v", "operation": "PUT"}})"),
                HasSubstr("INSERT, UPDATE, DELETE"));
    EXPECT_THAT(problem(R"({"dynamoDBv2": {}})"), HasSubstr("putItem is missing"));
    EXPECT_THAT(problem(R"({"dynamoDBv2": {"putItem": {"tableName": "arn:aws:dynamodb"}}})"),
                HasSubstr("tableName is no table's name"));
    EXPECT_THAT(problem(R"({"timestream": {"databaseName": "d", "tableName": "t",
                            "dimensions": []}})"),
                HasSubstr("1 to 128"));
    EXPECT_THAT(problem(R"({"timestream": {"databaseName": "d", "tableName": "t",
                            "dimensions": [{"name": "time", "value": "v"}]}})"),
                HasSubstr("Timestream's own"));
    aws.missing = AwsService::Kinesis;
    EXPECT_THAT(problem(R"({"kinesis": {"streamName": "s"}})"),
                HasSubstr("knows no endpoint for Amazon Kinesis that the account may use; declare "
                          "'kinesis'"));
    EXPECT_EQ(problem(R"({"s3": {"bucketName": "my-bucket", "key": "k"}})"), "");
}

TEST_F(AwsActions, SayWhetherItIsWorthAnotherTry) {
    const std::string action = R"({"s3": {"bucketName": "my-bucket", "key": "k"}})";
    answer(404,
           "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>NoSuchBucket</Code><Message>The "
           "specified bucket does not &lt;exist&gt;</Message><RequestId>42</RequestId></Error>");
    EXPECT_EQ(
        perform(action, "{}"),
        "not-found: Failed to put S3 object. The error received was The specified bucket does "
        "not <exist> (Service: Amazon S3; Status Code: 404; Error Code: NoSuchBucket; Request "
        "ID: 42)");
    answer(503, "<Error><Code>SlowDown</Code></Error>");
    EXPECT_THAT(perform(action, "{}"), StartsWith("throttled: "));
    answer(400, "<Error><Code>RequestTimeout</Code></Error>");
    EXPECT_THAT(perform(action, "{}"), StartsWith("unavailable: "));
    answer(500, "not XML");
    EXPECT_THAT(perform(action, "{}"), StartsWith("unavailable: "));
    answer(403, "<Error><Code>AccessDenied</Code></Error>");
    EXPECT_THAT(perform(action, "{}"), StartsWith("not-allowed: "));
    answer(301, "");
    EXPECT_THAT(perform(action, "{}"), StartsWith("invalid-input: "));
}

TEST_F(AwsActions, RepeatWhatTheServiceSaid) {
    answer(400,
           R"({"__type":"com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException",)"
           R"("message":"Too fast"})");
    EXPECT_EQ(perform(R"({"dynamoDBv2": {"putItem": {"tableName": "t"}}})", R"({"a":1})"),
              "unavailable: Failed to write to DynamoDB. The error received was Too fast (Service: "
              "Amazon DynamoDB; Status Code: 400; Error Code: "
              "ProvisionedThroughputExceededException; Request ID: none)");
    answer(400, R"({"__type":"ResourceNotFoundException","Message":"line\nbreak"})");
    aws.answers.back().headers.add("x-amzn-RequestId", "7");
    EXPECT_EQ(perform(R"({"kinesis": {"streamName": "s"}})", "{}"),
              "invalid-input: Failed to put record to Kinesis. The error received was line break "
              "(Service: Amazon Kinesis; Status Code: 400; Error Code: ResourceNotFoundException; "
              "Request ID: 7)");
}

}  // namespace
}  // namespace gatehouse::rules
