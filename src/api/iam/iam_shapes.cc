#include "api/iam/iam_shapes.h"

#include "api/shapes/iam/errors.h"
#include "base/encoding.h"

namespace gatehouse::api::iam {
namespace {

std::optional<std::vector<Tag>> tag_shapes(const ResourceTags& tags) {
    if (tags.empty()) return std::nullopt;
    std::vector<Tag> shapes;
    for (const auto& [key, value] : tags) shapes.push_back({.key = key, .value = value});
    return shapes;
}

}  // namespace

User user_shape(const Caller& caller, const ::gatehouse::iam::Identity& identity) {
    User user;
    user.path = identity.path;
    user.user_name = identity.name.name;
    user.user_id = identity.id;
    user.arn = arn_of(caller.tenant, identity);
    user.create_date = identity.created;
    user.tags = tag_shapes(identity.tags);
    return user;
}

Group group_shape(const Caller& caller, const ::gatehouse::iam::Identity& identity) {
    return {.path = identity.path,
            .group_name = identity.name.name,
            .group_id = identity.id,
            .arn = arn_of(caller.tenant, identity),
            .create_date = identity.created};
}

Role role_shape(const Caller& caller, const ::gatehouse::iam::Identity& identity) {
    Role role;
    role.path = identity.path;
    role.role_name = identity.name.name;
    role.role_id = identity.id;
    role.arn = arn_of(caller.tenant, identity);
    role.create_date = identity.created;
    role.assume_role_policy_document = document_shape(identity.trust_policy);
    if (!identity.description.empty()) role.description = identity.description;
    role.max_session_duration = identity.session_seconds_max;
    role.tags = tag_shapes(identity.tags);
    return role;
}

Policy policy_shape(const Caller& caller, const ::gatehouse::iam::ManagedPolicy& policy,
                    std::size_t attachments) {
    Policy shape;
    shape.policy_name = policy.name.value();
    shape.policy_id = policy.id;
    shape.arn = arn_of(caller.tenant, policy);
    shape.path = policy.path;
    shape.default_version_id = policy.counting().id();
    shape.attachment_count = static_cast<std::int32_t>(attachments);
    shape.permissions_boundary_usage_count = 0;
    shape.is_attachable = true;
    if (!policy.description.empty()) shape.description = policy.description;
    shape.create_date = policy.created;
    shape.update_date = policy.updated;
    shape.tags = tag_shapes(policy.tags);
    return shape;
}

AttachedPolicy attached_shape(const Caller& caller, const ::gatehouse::iam::ManagedPolicy& policy) {
    return {.policy_name = policy.name.value(), .policy_arn = arn_of(caller.tenant, policy)};
}

PolicyVersion version_shape(const ::gatehouse::iam::ManagedPolicy& policy,
                            const ::gatehouse::iam::ManagedPolicyVersion& version,
                            WithDocument with_document) {
    PolicyVersion shape;
    if (with_document == WithDocument::Yes) shape.document = document_shape(version.document);
    shape.version_id = version.id();
    shape.is_default_version = version.number == policy.default_version;
    shape.create_date = version.created;
    return shape;
}

std::string document_shape(const std::string& document) {
    return percent_encode(document);
}

wire::Outcome<void> check_no_boundary(const std::optional<std::string>& permissions_boundary) {
    if (!permissions_boundary) return {};
    return wire::fail_as(errors::validation_error_exception,
                         "PermissionsBoundary is not supported by Gatehouse; leave it out, and let "
                         "the policies allow less");
}

ResourceTags tags_of(const std::optional<std::vector<Tag>>& tags) {
    ResourceTags all;
    if (!tags) return all;
    for (const Tag& tag : *tags) all.insert_or_assign(tag.key, tag.value);
    return all;
}

}  // namespace gatehouse::api::iam
