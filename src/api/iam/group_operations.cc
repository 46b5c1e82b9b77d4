#include "api/iam/group_operations.h"

#include "api/iam/errors.h"
#include "api/iam/iam_shapes.h"

namespace gatehouse::api::iam {
namespace {

constexpr auto group_kind = store::IdentityKind::Group;

}  // namespace

async::Task<wire::Outcome<CreateGroupResponse>> CreateGroup::handle(
    const Caller& caller, CreateGroupRequest request) const {
    store::Identity wanted{.name = {group_kind, request.group_name},
                           .path = request.path.value_or("/")};
    const auto made = co_await access.change(
        caller, [&](Records& records) { return records.identities.create(caller.tenant, wanted); });
    if (!made) co_return failure_of(made.error());
    co_return CreateGroupResponse{.group = group_shape(caller, *made)};
}

async::Task<wire::Outcome<GetGroupResponse>> GetGroup::handle(const Caller& caller,
                                                              GetGroupRequest request) const {
    using Both = std::pair<store::Identity, store::Listed<store::Identity>>;
    auto both = co_await access.read([&](Records& records) -> Result<Both> {
        auto group = records.identities.get(caller.tenant, {group_kind, request.group_name});
        if (!group) return fail(std::move(group.error()));
        auto members =
            records.identities.members(caller.tenant, request.group_name, paging_of(request));
        if (!members) return fail(std::move(members.error()));
        return Both{std::move(*group), std::move(*members)};
    });
    if (!both) co_return failure_of(both.error());
    GetGroupResponse response{.group = group_shape(caller, both->first)};
    for (const auto& each : both->second.items) {
        response.users.push_back(user_shape(caller, each));
    }
    set_marker(response, std::move(both->second.marker));
    co_return response;
}

async::Task<wire::Outcome<ListGroupsResponse>> ListGroups::handle(const Caller& caller,
                                                                  ListGroupsRequest request) const {
    auto page = co_await access.read([&](Records& records) {
        return records.identities.list(caller.tenant, group_kind, request.path_prefix.value_or("/"),
                                       paging_of(request));
    });
    if (!page) co_return failure_of(page.error());
    ListGroupsResponse response;
    for (const auto& each : page->items) response.groups.push_back(group_shape(caller, each));
    set_marker(response, std::move(page->marker));
    co_return response;
}

async::Task<wire::Outcome<ListGroupsForUserResponse>> ListGroupsForUser::handle(
    const Caller& caller, ListGroupsForUserRequest request) const {
    auto page = co_await access.read([&](Records& records) {
        return records.identities.groups_of(caller.tenant, request.user_name, paging_of(request));
    });
    if (!page) co_return failure_of(page.error());
    ListGroupsForUserResponse response;
    for (const auto& each : page->items) response.groups.push_back(group_shape(caller, each));
    set_marker(response, std::move(page->marker));
    co_return response;
}

async::Task<wire::Outcome<AddUserToGroupResponse>> AddUserToGroup::handle(
    const Caller& caller, AddUserToGroupRequest request) const {
    const auto done = co_await access.change(caller, [&](Records& records) {
        return records.identities.add_member(caller.tenant, request.group_name, request.user_name);
    });
    if (!done) co_return failure_of(done.error());
    co_return AddUserToGroupResponse();
}

async::Task<wire::Outcome<RemoveUserFromGroupResponse>> RemoveUserFromGroup::handle(
    const Caller& caller, RemoveUserFromGroupRequest request) const {
    const auto done = co_await access.change(caller, [&](Records& records) {
        return records.identities.remove_member(caller.tenant, request.group_name,
                                                request.user_name);
    });
    if (!done) co_return failure_of(done.error());
    co_return RemoveUserFromGroupResponse();
}

async::Task<wire::Outcome<UpdateGroupResponse>> UpdateGroup::handle(
    const Caller& caller, UpdateGroupRequest request) const {
    const auto done = co_await access.change(caller, [&](Records& records) {
        return records.identities.rename_group(caller.tenant, request.group_name,
                                               request.new_group_name, request.new_path);
    });
    if (!done) co_return failure_of(done.error());
    co_return UpdateGroupResponse();
}

}  // namespace gatehouse::api::iam
