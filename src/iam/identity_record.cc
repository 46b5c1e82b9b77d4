#include "iam/identity_record.h"

#include "base/json.h"
#include "iam/stored_members.h"

namespace gatehouse::iam {
namespace {

const storage::Kind user_kind{"iam-user"};
const storage::Kind group_kind{"iam-group"};
const storage::Kind role_kind{"iam-role"};
const storage::Kind policy_kind{"iam-policy"};

const storage::Kind& kind_of(IdentityKind kind) {
    switch (kind) {
        case IdentityKind::User: return user_kind;
        case IdentityKind::Group: return group_kind;
        case IdentityKind::Role: return role_kind;
    }
    return user_kind;
}

}  // namespace

Tenant home_of(const AccountId& account) {
    return {account, Region("")};
}

storage::RecordKey key_of(const AccountId& account, const IdentityName& name) {
    return {home_of(account), kind_of(name.kind), name.name};
}

storage::RecordKey key_of(const AccountId& account, const PolicyName& name) {
    return {home_of(account), policy_kind, name.value()};
}

std::string encode(const Identity& identity) {
    json::object object{{"path", identity.path},
                        {"id", identity.id},
                        {"created", to_number(identity.created)},
                        {"policies", to_object(identity.policies)},
                        {"tags", to_object(identity.tags)}};
    if (identity.name.kind == IdentityKind::Role) {
        object["trustPolicy"] = identity.trust_policy;
        object["trustedIds"] = to_object(identity.trusted_ids);
        object["description"] = identity.description;
        object["sessionSecondsMax"] = identity.session_seconds_max;
    }
    return to_text(object);
}

Result<Identity> decode_identity(const storage::Record& record, IdentityKind kind) {
    const std::string_view what = name_of_choice(kind);
    const auto body = parse_json(record.body, "the stored record");
    if (!body) return unreadable(record, what);
    StoredMembers members(*body);
    Identity identity{.name = {kind, record.key.name},
                      .path = members.text("path"),
                      .id = members.text("id"),
                      .created = members.time("created"),
                      .policies = members.texts("policies"),
                      .tags = members.texts("tags")};
    if (kind == IdentityKind::Role) {
        identity.trust_policy = members.text("trustPolicy");
        // Those of before 0.9 have none.
        const json::object* const object = body->if_object();
        if (object != nullptr && object->contains("trustedIds")) {
            identity.trusted_ids = members.texts("trustedIds");
        }
        identity.description = members.text("description");
        identity.session_seconds_max =
            static_cast<std::int32_t>(members.number("sessionSecondsMax"));
    }
    if (!members.is_whole()) return unreadable(record, what);
    return identity;
}

std::string encode(const ManagedPolicy& policy) {
    json::array versions;
    for (const ManagedPolicyVersion& version : policy.versions) {
        versions.push_back(json::object{{"number", version.number},
                                        {"document", version.document},
                                        {"created", to_number(version.created)}});
    }
    return to_text(json::object{{"path", policy.path},
                                {"id", policy.id},
                                {"description", policy.description},
                                {"versions", std::move(versions)},
                                {"defaultVersion", policy.default_version},
                                {"lastVersion", policy.last_version},
                                {"tags", to_object(policy.tags)},
                                {"created", to_number(policy.created)},
                                {"updated", to_number(policy.updated)}});
}

Result<ManagedPolicy> decode_managed_policy(const storage::Record& record) {
    constexpr std::string_view what = "managed policy";
    const auto body = parse_json(record.body, "the stored record");
    if (!body) return unreadable(record, what);
    StoredMembers members(*body);
    ManagedPolicy policy{.name = PolicyName(record.key.name),
                         .path = members.text("path"),
                         .id = members.text("id"),
                         .description = members.text("description"),
                         .default_version = members.number("defaultVersion"),
                         .last_version = members.number("lastVersion"),
                         .tags = members.texts("tags"),
                         .created = members.time("created"),
                         .updated = members.time("updated")};
    bool has_default = false;
    for (const json::value& each : members.list("versions")) {
        StoredMembers version(each);
        policy.versions.push_back({.number = version.number("number"),
                                   .document = version.text("document"),
                                   .created = version.time("created")});
        members.note(version.is_whole());
        has_default = has_default || policy.versions.back().number == policy.default_version;
    }
    if (!members.is_whole() || !has_default) return unreadable(record, what);
    return policy;
}

}  // namespace gatehouse::iam
