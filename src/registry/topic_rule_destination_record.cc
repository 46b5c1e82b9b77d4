#include "registry/topic_rule_destination_record.h"

#include <optional>

#include "base/json.h"
#include "registry/record_reader.h"
#include "signature/digest.h"

namespace gatehouse::registry {
namespace {

json::object to_object(const VpcNetwork& vpc) {
    json::object object{{"subnetIds", json::array(vpc.subnet_ids.begin(), vpc.subnet_ids.end())},
                        {"vpcId", vpc.vpc_id},
                        {"roleArn", vpc.role_arn}};
    if (vpc.security_groups) {
        object["securityGroups"] =
            json::array(vpc.security_groups->begin(), vpc.security_groups->end());
    }
    return object;
}

// Nothing where it does not read back.
std::optional<VpcNetwork> vpc_in(const json::value& stored) {
    if (!stored.is_object()) return std::nullopt;
    const json::object& object = stored.as_object();
    RecordReader reader(object);
    VpcNetwork vpc{.subnet_ids = reader.names("subnetIds"),
                   .vpc_id = reader.text("vpcId"),
                   .role_arn = reader.text("roleArn")};
    if (object.contains("securityGroups")) vpc.security_groups = reader.names("securityGroups");
    if (!reader.is_whole()) return std::nullopt;
    return vpc;
}

}  // namespace

storage::RecordKey destination_key(const Tenant& tenant, const std::string& id) {
    return {tenant, destination_kind, id};
}

storage::Link url_link(const TopicRuleDestination& destination) {
    return {destination.tenant, destination_url_relation,
            signature::sha256_hex(destination.confirmation_url), destination.id};
}

std::string encode(const TopicRuleDestination& destination) {
    json::object body{
        {"confirmationUrl", destination.confirmation_url},
        {"status", name_of_choice(destination.status)},
        {"statusReason", destination.status_reason},
        {"challenged", milliseconds_of(destination.challenged)},
        {"tokenHash", destination.token_hash},
    };
    if (destination.vpc) body["vpc"] = to_object(*destination.vpc);
    return to_text(body);
}

Result<TopicRuleDestination> decode_destination(const storage::Record& record) {
    const auto body = body_of(record, destination_words.what);
    if (!body) return fail(body.error());
    RecordReader reader(*body);
    const auto status = parse_choice<DestinationStatus>(reader.text("status"));
    TopicRuleDestination destination{.tenant = record.key.tenant,
                                     .id = record.key.name,
                                     .confirmation_url = reader.text("confirmationUrl"),
                                     .status = status.value_or(DestinationStatus::Error),
                                     .status_reason = reader.text("statusReason"),
                                     .challenged = reader.time("challenged"),
                                     .token_hash = reader.text("tokenHash"),
                                     .created = record.created,
                                     .modified = record.modified};
    if (const json::value* const vpc = body->if_contains("vpc"); vpc != nullptr) {
        destination.vpc = vpc_in(*vpc);
        reader.note(destination.vpc.has_value());
    }
    if (!status || !reader.is_whole()) return unreadable(record, destination_words.what);
    return destination;
}

}  // namespace gatehouse::registry
