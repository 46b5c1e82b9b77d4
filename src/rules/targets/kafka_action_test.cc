#include "rules/targets/kafka_action.h"

#include <fmt/format.h>

#include "base/encoding.h"
#include "registry/topic_rule_destinations.h"
#include "rules/targets/action_fixture.h"
#include "rules/targets/kafka_door.h"
#include "rules/targets/kafka_properties.h"
#include "storage/async_resource_store.h"
#include "storage/memory_resource_store.h"

namespace gatehouse::rules {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::SizeIs;

class RecordingKafkaDoor final : public KafkaDoor {
public:
    Result<void> check() override { return {}; }
    Result<void> may_reach(std::string_view host, bool is_encrypted) const override {
        if (is_encrypted || host == "127.0.0.1") return {};
        return fail(ErrorKind::NotAllowed, "names a host beyond rules.http-to");
    }
    async::Task<Result<void>> send(KafkaTermsPtr terms, KafkaRecord record, Deadline) override {
        sent_terms.push_back(std::move(terms));
        records.push_back(std::move(record));
        co_return answer;
    }

    Result<void> answer;
    std::vector<KafkaTermsPtr> sent_terms;
    std::vector<KafkaRecord> records;
};

class KafkaActions : public ActionFixture {
protected:
    KafkaActions() {
        wants_role = false;
        arn = async::run_to_end(
                  clock, destinations->change([&](registry::TopicRuleDestinationRecords& records) {
                      return records.create(facts->tenant,
                                            {.subnet_ids = {"s"}, .vpc_id = "v", .role_arn = role});
                  }))
                  ->arn();
    }
    ActionParts parts() override {
        ActionParts parts = ActionFixture::parts();
        parts.kafka = &kafka;
        parts.destinations = destinations.get();
        parts.is_new = is_new;
        return parts;
    }
    void disable() {
        EXPECT_TRUE(async::run_to_end(
            clock, destinations->change([&](registry::TopicRuleDestinationRecords& records) {
                return records.disable(facts->tenant, arn);
            })));
    }
    // More members, and more client properties.
    std::string action(const std::string& members = "", const std::string& properties = "") const {
        return fmt::format(R"({{"kafka":{{"destinationArn":"{}"{},"clientProperties":)"
                           R"({{"bootstrap.servers":"b.example:9093"{}}}}}}})",
                           arn, members.empty() ? R"(,"topic":"t")" : members, properties);
    }

    async::WorkerPool workers{{}};
    storage::MemoryResourceStore memory{clock};
    storage::AsyncResourceStore store{memory, workers};
    std::unique_ptr<registry::TopicRuleDestinations> destinations =
        registry::TopicRuleDestinations::load(store, {clock, random}).value();
    RecordingKafkaDoor kafka;
    bool is_new = true;
    std::string arn;
};

TEST_F(KafkaActions, ARecordHasWhatTheTemplatesComeTo) {
    EXPECT_EQ(perform(action(R"(,"topic":"lamps.${id}","key":"${topic(2)}","partition":"3",)"
                             R"("headers":[{"key":"h-${id}","value":"${n}"}])"),
                      "payload"),
              "done");
    ASSERT_THAT(kafka.records, SizeIs(1));
    const KafkaRecord& record = kafka.records.front();
    EXPECT_EQ(record.topic, "lamps.lamp");
    EXPECT_EQ(record.key, "lamp");
    EXPECT_EQ(record.partition, 3);
    EXPECT_THAT(record.headers, ElementsAre(Pair("h-lamp", "1.5")));
    EXPECT_EQ(record.payload, "payload");
    EXPECT_EQ(made_action->resource(last_job), "lamps.lamp");
    EXPECT_THAT(kafka.sent_terms.front()->settings,
                ElementsAre(Pair("acks", "1"), Pair("bootstrap.servers", "b.example:9093"),
                            Pair("compression.type", "none"), Pair("security.protocol", "SSL")));

    EXPECT_EQ(perform(action(), "x"), "done");
    EXPECT_EQ(kafka.records.back().key, std::nullopt);
    EXPECT_EQ(kafka.records.back().partition, std::nullopt);
}

TEST_F(KafkaActions, TemplatesThatComeToNothingUsefulFail) {
    EXPECT_THAT(perform(action(R"(,"topic":"${topic()}")"), "x"), HasSubstr("topic comes to"));
    EXPECT_THAT(perform(action(R"(,"topic":"t","partition":"${n}")"), "x"),
                HasSubstr("partition comes to"));
    EXPECT_THAT(kafka.records, SizeIs(0));
}

TEST_F(KafkaActions, WhatTheBrokersSayIsTheOutcome) {
    kafka.answer = fail(ErrorKind::Unavailable, "nobody there");
    EXPECT_EQ(perform(action(), "x"),
              fmt::format("{}: nobody there", name_of(ErrorKind::Unavailable)));
}

TEST_F(KafkaActions, TheDestinationHasToBeThereAndEnabled) {
    const std::string there = action();
    disable();
    EXPECT_THAT(problem(there), HasSubstr("DISABLED, not ENABLED"));
    arn += "0";
    EXPECT_THAT(problem(action()), HasSubstr("no topic rule destination in a VPC"));

    // A rule that is there already is made, and fails while its destination is disabled.
    is_new = false;
    EXPECT_THAT(perform(there, "x"), HasSubstr("DISABLED, not ENABLED"));
    EXPECT_THAT(kafka.records, SizeIs(0));
}

TEST_F(KafkaActions, MembersThatAreWrongSayWhich) {
    const std::pair<std::string, const char*> wrong[] = {
        {action(R"(,"topic":"a/b")"), "kafka.topic cannot be the name"},
        {action(R"(,"topic":"t","partition":"-1")"), "kafka.partition is no number"},
        {action(R"(,"topic":"t","headers":[{"key":"k"}])"), "kafka.headers[0].value is missing"},
        {action(R"(,"topic":"t","qos":1)"), "kafka.qos is not known here"},
        {R"({"kafka":{"destinationArn":"a"}})", "kafka.destinationArn cannot be used"},
        {action("", R"(,"sasl.scram.password":"${get_secret('a','SecretString','b')}")"),
         "sasl.scram.password holds a substitution template"},
        {action("", R"(,"acks":"${n}")"), "acks holds a substitution template"},
        {action("", R"(,"linger.ms":"5")"),
         "kafka.clientProperties.linger.ms is no client property that can be set"},
        {action("", R"(,"acks":"2")"), "acks has to be one of 0, 1, all"},
        {action("", R"(,"security.protocol":"PLAINTEXT")"),
         "bootstrap.servers names a host beyond"},
    };
    for (const auto& [text, why] : wrong) EXPECT_THAT(problem(text), HasSubstr(why)) << text;
}

std::string refused_terms(KafkaProperties properties) {
    properties.emplace("bootstrap.servers", "b:1");
    const auto terms = kafka_terms_of(properties);
    return terms ? "" : terms.error().place.field + " " + terms.error().message;
}

TEST(KafkaProperties, BecomeSettingsOfTheLibrary) {
    const std::string store = "-----BEGIN CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\n";
    const std::string encoded = to_base64(bytes_of(store));
    const auto terms = kafka_terms_of({{"bootstrap.servers", "b.example:9093,[::1]:1"},
                                       {"security.protocol", "SASL_SSL"},
                                       {"sasl.mechanism", "SCRAM-SHA-512"},
                                       {"sasl.scram.username", "u"},
                                       {"sasl.scram.password", "p"},
                                       {"ssl.truststore", encoded},
                                       {"ssl.keystore", encoded},
                                       {"ssl.key.password", "k"},
                                       {"key.serializer", "StringSerializer"},
                                       {"acks", "all"},
                                       {"compression.type", "zstd"}});
    ASSERT_TRUE(terms) << terms.error().message;
    EXPECT_TRUE(terms->is_encrypted);
    EXPECT_THAT(
        terms->settings,
        ElementsAre(Pair("acks", "all"), Pair("bootstrap.servers", "b.example:9093,[::1]:1"),
                    Pair("compression.type", "zstd"), Pair("sasl.mechanisms", "SCRAM-SHA-512"),
                    Pair("sasl.password", "p"), Pair("sasl.username", "u"),
                    Pair("security.protocol", "SASL_SSL"), Pair("ssl.ca.pem", store),
                    Pair("ssl.certificate.pem", store), Pair("ssl.key.password", "k"),
                    Pair("ssl.key.pem", store)));
    EXPECT_THAT(kafka_hosts_of("b.example:9093,[::1]:1"), ElementsAre("b.example", "::1"));
}

TEST(KafkaProperties, ThatAreWrongAreNamed) {
    EXPECT_EQ(refused_terms({}), "");
    for (const char* const servers :
         {"b", "b:", "b:0", "b:70000", ":1", "a:1,,b:1", "::1:1", "a b:1"}) {
        const auto terms = kafka_terms_of({{"bootstrap.servers", servers}});
        ASSERT_FALSE(terms) << servers;
        EXPECT_EQ(terms.error().place.field, "bootstrap.servers") << servers;
    }
    EXPECT_THAT(refused_terms({{"sasl.mechanism", "PLAIN"}}), HasSubstr("has no effect"));
    EXPECT_THAT(refused_terms({{"sasl.mechanism", "GSSAPI"}}), HasSubstr("Kerberos"));
    EXPECT_THAT(refused_terms({{"sasl.mechanism", "AWS_MSK_IAM"}}), HasSubstr("Amazon MSK"));
    EXPECT_THAT(refused_terms({{"ssl.truststore.password", "x"}}), HasSubstr("JKS"));
    EXPECT_THAT(refused_terms({{"ssl.truststore", "x"}}), HasSubstr("ssl.truststore has to be"));
    EXPECT_THAT(refused_terms({{"security.protocol", "SASL_SSL"}}),
                HasSubstr("sasl.mechanism is missing"));
    EXPECT_THAT(refused_terms({{"security.protocol", "SASL_SSL"},
                               {"sasl.mechanism", "PLAIN"},
                               {"sasl.plain.username", "u"}}),
                HasSubstr("sasl.plain.password is missing"));
    EXPECT_THAT(refused_terms({{"security.protocol", "PLAINTEXT"}, {"ssl.keystore", "x"}}),
                HasSubstr("has no effect without TLS"));
}

}  // namespace
}  // namespace gatehouse::rules
