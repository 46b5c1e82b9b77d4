#include "api/iam/user_operations.h"

#include "api/iam/errors.h"
#include "api/iam/iam_shapes.h"
#include "iam/principal.h"

namespace gatehouse::api::iam {
namespace {

constexpr auto user_kind = store::IdentityKind::User;

}  // namespace

async::Task<wire::Outcome<CreateUserResponse>> CreateUser::handle(const Caller& caller,
                                                                  CreateUserRequest request) const {
    if (auto fine = check_no_boundary(request.permissions_boundary); !fine) {
        co_return std::unexpected(std::move(fine.error()));
    }
    store::Identity wanted{.name = {user_kind, request.user_name},
                           .path = request.path.value_or("/"),
                           .tags = tags_of(request.tags)};
    const auto made = co_await access.change(
        caller, [&](Records& records) { return records.identities.create(caller.tenant, wanted); });
    if (!made) co_return failure_of(made.error());
    co_return CreateUserResponse{.user = user_shape(caller, *made)};
}

// Without a name: who calls. Root is shown as AWS shows it.
async::Task<wire::Outcome<GetUserResponse>> GetUser::handle(const Caller& caller,
                                                            GetUserRequest request) const {
    std::string name = request.user_name.value_or("");
    if (!request.user_name) {
        const auto self = store::parse_caller(caller.principal);
        if (self && self->is_root()) {
            User root;
            root.path = "/";
            root.user_name = "root";
            root.user_id = caller.tenant.account.value();
            root.arn = caller.principal;
            co_return GetUserResponse{.user = std::move(root)};
        }
        if (!self || self->identity->kind != user_kind) {
            co_return failure_of({ErrorKind::InvalidInput,
                                  "Must specify userName when calling with non-User credentials",
                                  {}});
        }
        name = self->identity->name;
    }
    const auto found = co_await access.read(
        [&](Records& records) { return records.identities.get(caller.tenant, {user_kind, name}); });
    if (!found) co_return failure_of(found.error());
    co_return GetUserResponse{.user = user_shape(caller, *found)};
}

async::Task<wire::Outcome<ListUsersResponse>> ListUsers::handle(const Caller& caller,
                                                                ListUsersRequest request) const {
    auto page = co_await access.read([&](Records& records) {
        return records.identities.list(caller.tenant, user_kind, request.path_prefix.value_or("/"),
                                       paging_of(request));
    });
    if (!page) co_return failure_of(page.error());
    ListUsersResponse response;
    for (const auto& each : page->items) response.users.push_back(user_shape(caller, each));
    set_marker(response, std::move(page->marker));
    co_return response;
}

async::Task<wire::Outcome<UpdateUserResponse>> UpdateUser::handle(const Caller& caller,
                                                                  UpdateUserRequest request) const {
    const auto done = co_await access.change_keys(caller, [&](Records& records) {
        auto renamed = records.identities.rename(caller.tenant, request.user_name,
                                                 request.new_user_name, request.new_path);
        // Their keys say the ARN that was.
        if (renamed && (request.new_user_name || request.new_path)) {
            access.accounts.forget_sessions(caller.tenant.account,
                                            {store::IdentityKind::User, request.user_name});
        }
        return renamed;
    });
    if (!done) co_return failure_of(done.error());
    co_return UpdateUserResponse();
}

}  // namespace gatehouse::api::iam
