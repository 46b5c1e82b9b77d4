#include "api/iam/role_operations.h"

#include "api/iam/errors.h"
#include "api/iam/iam_shapes.h"

namespace gatehouse::api::iam {
namespace {

constexpr auto role_kind = store::IdentityKind::Role;
// Of a role whose MaxSessionDuration is not given, also by UpdateRole.
constexpr std::int32_t session_seconds_usual = 3600;

}  // namespace

async::Task<wire::Outcome<CreateRoleResponse>> CreateRole::handle(const Caller& caller,
                                                                  CreateRoleRequest request) const {
    if (auto fine = check_no_boundary(request.permissions_boundary); !fine) {
        co_return std::unexpected(std::move(fine.error()));
    }
    store::Identity wanted{
        .name = {role_kind, request.role_name},
        .path = request.path.value_or("/"),
        .tags = tags_of(request.tags),
        .trust_policy = request.assume_role_policy_document,
        .description = request.description.value_or(""),
        .session_seconds_max = request.max_session_duration.value_or(session_seconds_usual)};
    const auto made = co_await access.change(
        caller, [&](Records& records) { return records.identities.create(caller.tenant, wanted); });
    if (!made) co_return failure_of(made.error());
    co_return CreateRoleResponse{.role = role_shape(caller, *made)};
}

async::Task<wire::Outcome<GetRoleResponse>> GetRole::handle(const Caller& caller,
                                                            GetRoleRequest request) const {
    const auto found = co_await access.read([&](Records& records) {
        return records.identities.get(caller.tenant, {role_kind, request.role_name});
    });
    if (!found) co_return failure_of(found.error());
    co_return GetRoleResponse{.role = role_shape(caller, *found)};
}

async::Task<wire::Outcome<ListRolesResponse>> ListRoles::handle(const Caller& caller,
                                                                ListRolesRequest request) const {
    auto page = co_await access.read([&](Records& records) {
        return records.identities.list(caller.tenant, role_kind, request.path_prefix.value_or("/"),
                                       paging_of(request));
    });
    if (!page) co_return failure_of(page.error());
    ListRolesResponse response;
    for (const auto& each : page->items) response.roles.push_back(role_shape(caller, each));
    set_marker(response, std::move(page->marker));
    co_return response;
}

async::Task<wire::Outcome<UpdateAssumeRolePolicyResponse>> UpdateAssumeRolePolicy::handle(
    const Caller& caller, UpdateAssumeRolePolicyRequest request) const {
    const auto done = co_await access.change(caller, [&](Records& records) {
        return records.identities.set_trust_policy(caller.tenant, request.role_name,
                                                   request.policy_document);
    });
    if (!done) co_return failure_of(done.error());
    co_return UpdateAssumeRolePolicyResponse();
}

async::Task<wire::Outcome<UpdateRoleResponse>> UpdateRole::handle(const Caller& caller,
                                                                  UpdateRoleRequest request) const {
    const auto done = co_await access.change(caller, [&](Records& records) {
        return records.identities.update_role(
            caller.tenant, request.role_name,
            {.description = request.description,
             .session_seconds_max = request.max_session_duration.value_or(session_seconds_usual)});
    });
    if (!done) co_return failure_of(done.error());
    co_return UpdateRoleResponse();
}

async::Task<wire::Outcome<UpdateRoleDescriptionResponse>> UpdateRoleDescription::handle(
    const Caller& caller, UpdateRoleDescriptionRequest request) const {
    const auto changed =
        co_await access.change(caller, [&](Records& records) -> Result<store::Identity> {
            if (auto done = records.identities.update_role(
                    caller.tenant, request.role_name,
                    {.description = request.description, .session_seconds_max = {}});
                !done) {
                return fail(std::move(done.error()));
            }
            return records.identities.get(caller.tenant, {role_kind, request.role_name});
        });
    if (!changed) co_return failure_of(changed.error());
    co_return UpdateRoleDescriptionResponse{.role = role_shape(caller, *changed)};
}

// Tools ask before they delete a role.
async::Task<wire::Outcome<ListInstanceProfilesForRoleResponse>> ListInstanceProfilesForRole::handle(
    const Caller& caller, ListInstanceProfilesForRoleRequest request) const {
    const auto found = co_await access.read([&](Records& records) {
        return records.identities.get(caller.tenant, {role_kind, request.role_name});
    });
    if (!found) co_return failure_of(found.error());
    ListInstanceProfilesForRoleResponse response;
    set_marker(response, "");
    co_return response;
}

}  // namespace gatehouse::api::iam
