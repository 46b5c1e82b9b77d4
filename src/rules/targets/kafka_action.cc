#include "rules/targets/kafka_action.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>
#include <vector>

#include "registry/topic_rule_destinations.h"
#include "rules/targets/kafka_door.h"
#include "rules/targets/kafka_properties.h"

namespace gatehouse::rules {
namespace {

constexpr std::size_t kafka_headers_max = 100;
constexpr std::size_t kafka_topic_bytes_max = 249;
constexpr std::string_view kafka_properties_member = "clientProperties";

struct KafkaHeaderText {
    Text key;
    Text value;
};

struct KafkaMembers {
    std::string destination_arn;
    Text topic;
    std::optional<Text> key;
    std::optional<Text> partition;
    std::vector<KafkaHeaderText> headers;
    KafkaTermsPtr terms;
};

// Source: Apache Kafka, org.apache.kafka.common.internals.Topic.
bool is_kafka_topic(std::string_view name) {
    return !name.empty() && name.size() <= kafka_topic_bytes_max && name != "." && name != ".." &&
           std::ranges::all_of(name, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '.' || c == '_' || c == '-';
           });
}

std::optional<std::int32_t> partition_in(std::string_view text) {
    std::int32_t number = -1;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || number < 0) {
        return std::nullopt;
    }
    return number;
}

class KafkaAction final : public Action {
public:
    KafkaAction(KafkaMembers members, const ActionParts& parts)
        : members_(std::move(members)), parts_(parts) {}

    std::string_view name() const override { return "KafkaAction"; }
    std::string resource(const Job& job) const override {
        return std::string(job.text(members_.topic));
    }
    std::vector<std::pair<std::string_view, std::string>> resources(const Job& job) const override {
        return {{"DestinationArn", members_.destination_arn}, {"KafkaTopic", resource(job)}};
    }

    async::Task<Result<Done>> perform(const Job& job, Deadline deadline) const override {
        if (auto checked = parts_.destinations->directory().get()->check_vpc(
                job.rule->tenant, members_.destination_arn);
            !checked) {
            co_return fail(std::move(checked.error()));
        }
        auto record = record_of(job);
        if (!record) co_return fail(std::move(record.error()));
        auto sent = co_await parts_.kafka->send(members_.terms, std::move(*record), deadline);
        if (!sent) co_return fail(std::move(sent.error()));
        co_return Done{};
    }

private:
    Result<KafkaRecord> record_of(const Job& job) const;

    const KafkaMembers members_;
    const ActionParts parts_;
};

Result<KafkaRecord> KafkaAction::record_of(const Job& job) const {
    KafkaRecord record{.topic = resource(job),
                       .key = std::nullopt,
                       .partition = std::nullopt,
                       .headers = {},
                       .payload = *job.payload};
    if (!is_kafka_topic(record.topic)) {
        return fail(ErrorKind::InvalidInput, "topic comes to what no topic of Kafka is called");
    }
    if (members_.key) record.key = std::string(job.text(*members_.key));
    if (members_.partition) {
        record.partition = partition_in(job.text(*members_.partition));
        if (!record.partition) {
            return fail(ErrorKind::InvalidInput,
                        "partition comes to what is no number of a partition");
        }
    }
    for (const KafkaHeaderText& header : members_.headers) {
        std::string key(job.text(header.key));
        if (key.contains('\0')) {
            return fail(ErrorKind::InvalidInput, "the key of a header comes to what holds U+0000");
        }
        record.headers.emplace_back(std::move(key), job.text(header.value));
    }
    return record;
}

void read_kafka_destination(Parameters& parameters, KafkaMembers& members,
                            const ActionParts& parts) {
    members.destination_arn = parameters.literal("destinationArn");
    // A rule that is there already goes on when its destination does.
    if (!parts.is_new || parts.destinations == nullptr || members.destination_arn.empty()) return;
    const auto checked =
        parts.destinations->directory().get()->check_vpc(parts.tenant, members.destination_arn);
    if (!checked) {
        parameters.refuse("destinationArn", "cannot be used: " + checked.error().message);
    }
}

void read_kafka_texts(Parameters& parameters, KafkaMembers& members) {
    members.topic = parameters.text("topic");
    if (members.topic.is_constant() && !members.topic.constant().empty() &&
        !is_kafka_topic(members.topic.constant())) {
        parameters.refuse("topic",
                          "cannot be the name of a topic of Kafka: up to 249 letters, "
                          "digits, points, hyphens and underscores");
    }
    members.key = parameters.optional_text("key", OnUndefined::Fail);
    members.partition = parameters.optional_text("partition", OnUndefined::Fail);
    if (members.partition && members.partition->is_constant() &&
        !partition_in(members.partition->constant())) {
        parameters.refuse("partition", "is no number of a partition");
    }
    for (Parameters& each : parameters.objects("headers", 0, kafka_headers_max)) {
        KafkaHeaderText header{.key = each.text("key"), .value = each.text("value")};
        members.headers.push_back(std::move(header));
    }
}

void read_kafka_properties(Parameters& parameters, KafkaMembers& members,
                           const ActionParts& parts) {
    const auto member = [](std::string_view property) {
        return fmt::format("{}.{}", kafka_properties_member, property);
    };
    if (!parameters.has(kafka_properties_member)) {
        return parameters.refuse(kafka_properties_member, "is missing");
    }
    KafkaProperties properties;
    for (auto& [name, text] : parameters.texts_by_name(kafka_properties_member)) {
        if (!text.is_constant()) {
            return parameters.refuse(member(name),
                                     "holds a substitution template: properties are the same for "
                                     "each message here");
        }
        properties.emplace(name, text.constant());
    }
    auto terms = kafka_terms_of(properties);
    if (!terms) {
        return parameters.refuse(member(terms.error().place.field), terms.error().message);
    }
    members.terms = std::make_shared<const KafkaTerms>(std::move(*terms));
    if (parts.kafka == nullptr) return;
    if (const auto there = parts.kafka->check(); !there) {
        return parameters.refuse(kafka_properties_member,
                                 "cannot be used: " + there.error().message);
    }
    for (const std::string& host : kafka_hosts_of(properties.at("bootstrap.servers"))) {
        if (const auto may = parts.kafka->may_reach(host, members.terms->is_encrypted); !may) {
            return parameters.refuse(member("bootstrap.servers"), may.error().message);
        }
    }
}

}  // namespace

Result<ActionPtr> make_kafka_action(Parameters& parameters, const ActionParts& parts) {
    KafkaMembers members;
    read_kafka_destination(parameters, members, parts);
    read_kafka_texts(parameters, members);
    read_kafka_properties(parameters, members, parts);
    if (auto read = parameters.finish(); !read) return fail(std::move(read.error()));
    return std::make_shared<KafkaAction>(std::move(members), parts);
}

}  // namespace gatehouse::rules
