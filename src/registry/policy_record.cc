#include "registry/policy_record.h"

#include <utility>

#include "base/json.h"
#include "registry/record_reader.h"

namespace gatehouse::registry {
namespace {

constexpr std::string_view policy_noun = "policy";

PolicyVersionId version_id(std::uint64_t number) {
    return PolicyVersionId(static_cast<std::uint32_t>(number));
}

json::object to_object(const PolicyVersion& version) {
    return {{"id", version.id.value()},
            {"document", version.document},
            {"created", version.created.time_since_epoch().count()}};
}

std::vector<PolicyVersion> versions_of(RecordReader& reader) {
    std::vector<PolicyVersion> versions;
    for (const json::value& each : reader.array("versions")) {
        if (!each.is_object()) {
            reader.note(false);
            break;
        }
        RecordReader version(each.get_object());
        versions.push_back({.id = version_id(version.number("id")),
                            .document = version.text("document"),
                            .created = version.time("created")});
        reader.note(version.is_whole());
    }
    return versions;
}

}  // namespace

storage::RecordKey key_of(const Tenant& tenant, const PolicyName& name) {
    return {tenant, policy_kind, name.value()};
}

std::string encode(const Policy& policy) {
    json::array versions;
    for (const PolicyVersion& version : policy.versions) versions.push_back(to_object(version));
    return to_text(json::object{
        {"versions", std::move(versions)},
        {"defaultVersion", policy.default_version.value()},
        {"lastVersion", policy.last_version.value()},
        {"generationId", policy.generation_id},
        {"tags", to_object(policy.tags)},
        {"created", policy.created.time_since_epoch().count()},
    });
}

Result<Policy> decode_policy(const storage::Record& record) {
    const auto body = body_of(record, policy_noun);
    if (!body) return fail(body.error());
    RecordReader reader(*body);
    Policy policy{.tenant = record.key.tenant,
                  .name = PolicyName(record.key.name),
                  .versions = versions_of(reader),
                  .default_version = version_id(reader.number("defaultVersion")),
                  .last_version = version_id(reader.number("lastVersion")),
                  .generation_id = reader.text("generationId"),
                  .tags = reader.texts("tags"),
                  .created = reader.time("created"),
                  .modified = record.modified};
    if (!reader.is_whole() || policy.version(policy.default_version) == nullptr) {
        return unreadable(record, policy_noun);
    }
    return policy;
}

}  // namespace gatehouse::registry
