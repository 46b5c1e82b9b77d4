#include "registry/billing_group_record.h"

#include "base/arn.h"
#include "base/json.h"
#include "registry/record_reader.h"

namespace gatehouse::registry {

std::string BillingGroup::arn() const {
    return arn_of(tenant, name);
}

std::string arn_of(const Tenant& tenant, const BillingGroupName& name) {
    return make_arn(tenant, "iot", std::string(billing_group_resource) + name.value());
}

storage::RecordKey key_of(const Tenant& tenant, const BillingGroupName& name) {
    return {tenant, billing_group_kind, name.value()};
}

storage::Link billing_link(const Thing& thing) {
    return {thing.tenant, billing_group_thing_relation, thing.billing_group.value(),
            thing.name.value()};
}

std::string encode(const BillingGroup& group) {
    return to_text(json::object{
        {"id", group.id},
        {"description", group.description},
        {"tags", to_object(group.tags)},
        {"version", group.version},
    });
}

Result<BillingGroup> decode_billing_group(const storage::Record& record) {
    const auto body = body_of(record, billing_group_words.what);
    if (!body) return fail(body.error());
    RecordReader reader(*body);
    BillingGroup group{.tenant = record.key.tenant,
                       .name = BillingGroupName(record.key.name),
                       .id = reader.text("id"),
                       .description = reader.text("description"),
                       .tags = reader.texts("tags"),
                       .version = reader.number("version"),
                       .created = record.created};
    if (!reader.is_whole()) return unreadable(record, billing_group_words.what);
    return group;
}

}  // namespace gatehouse::registry
