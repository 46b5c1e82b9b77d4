#include "registry/topic_rule_destination_record.h"

#include "base/json.h"
#include "registry/record_reader.h"
#include "signature/digest.h"

namespace gatehouse::registry {

storage::RecordKey destination_key(const Tenant& tenant, const std::string& id) {
    return {tenant, destination_kind, id};
}

storage::Link url_link(const TopicRuleDestination& destination) {
    return {destination.tenant, destination_url_relation,
            signature::sha256_hex(destination.confirmation_url), destination.id};
}

std::string encode(const TopicRuleDestination& destination) {
    return to_text(json::object{
        {"confirmationUrl", destination.confirmation_url},
        {"status", name_of_choice(destination.status)},
        {"statusReason", destination.status_reason},
        {"challenged", milliseconds_of(destination.challenged)},
        {"tokenHash", destination.token_hash},
    });
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
    if (!status || !reader.is_whole()) return unreadable(record, destination_words.what);
    return destination;
}

}  // namespace gatehouse::registry
