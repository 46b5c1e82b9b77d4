#include "api/iam/access_key_operations.h"

#include "api/iam/errors.h"
#include "api/iam/iam_shapes.h"
#include "iam/principal.h"

namespace gatehouse::api::iam {
namespace {

StatusType status_shape(store::KeyStatus status) {
    return status == store::KeyStatus::Active ? StatusType::Active : StatusType::Inactive;
}

// The user that is named, or else the one who calls.
Result<std::string> user_of(const Caller& caller, const std::optional<std::string>& named) {
    if (named) return *named;
    const auto self = store::parse_caller(caller.principal);
    if (self && self->identity && self->identity->kind == store::IdentityKind::User) {
        return self->identity->name;
    }
    if (self && self->is_root()) {
        return fail(ErrorKind::InvalidInput,
                    "UserName must be given: the root user has the key that it was started with; "
                    "to replace that, start with GATEHOUSE_ROOT_ACCESS_KEY_ID and "
                    "GATEHOUSE_ROOT_SECRET_ACCESS_KEY set to a new key");
    }
    return fail(ErrorKind::InvalidInput,
                "Must specify userName when calling with non-User credentials");
}

}  // namespace

async::Task<wire::Outcome<CreateAccessKeyResponse>> CreateAccessKey::handle(
    const Caller& caller, CreateAccessKeyRequest request) const {
    const auto user = user_of(caller, request.user_name);
    if (!user) co_return failure_of(user.error());
    auto made = co_await access.change_keys(
        caller, [&](Records& records) { return records.keys.create(caller.tenant, *user); });
    if (!made) co_return failure_of(made.error());
    co_return CreateAccessKeyResponse{.access_key = {.user_name = *user,
                                                     .access_key_id = made->key.key.id.value(),
                                                     .status = StatusType::Active,
                                                     .secret_access_key = std::move(made->secret),
                                                     .create_date = made->key.created}};
}

async::Task<wire::Outcome<ListAccessKeysResponse>> ListAccessKeys::handle(
    const Caller& caller, ListAccessKeysRequest request) const {
    const auto user = user_of(caller, request.user_name);
    if (!user) co_return failure_of(user.error());
    auto page = co_await access.read([&](Records& records) {
        return records.keys.list(caller.tenant, *user, paging_of(request));
    });
    if (!page) co_return failure_of(page.error());
    ListAccessKeysResponse response;
    for (const store::UserKey& each : page->items) {
        response.access_key_metadata.push_back({.user_name = *user,
                                                .access_key_id = each.key.id.value(),
                                                .status = status_shape(each.key.status),
                                                .create_date = each.created});
    }
    set_marker(response, std::move(page->marker));
    co_return response;
}

async::Task<wire::Outcome<UpdateAccessKeyResponse>> UpdateAccessKey::handle(
    const Caller& caller, UpdateAccessKeyRequest request) const {
    const auto user = user_of(caller, request.user_name);
    if (!user) co_return failure_of(user.error());
    const auto status = request.status == StatusType::Active ? store::KeyStatus::Active
                                                             : store::KeyStatus::Inactive;
    const auto done = co_await access.change_keys(caller, [&](Records& records) {
        return records.keys.set_status(caller.tenant, *user,
                                       store::AccessKeyId(request.access_key_id), status);
    });
    if (!done) co_return failure_of(done.error());
    co_return UpdateAccessKeyResponse();
}

async::Task<wire::Outcome<DeleteAccessKeyResponse>> DeleteAccessKey::handle(
    const Caller& caller, DeleteAccessKeyRequest request) const {
    const auto user = user_of(caller, request.user_name);
    if (!user) co_return failure_of(user.error());
    const store::AccessKeyId id(request.access_key_id);
    const auto done = co_await access.change_keys(
        caller, [&](Records& records) { return records.keys.remove(caller.tenant, *user, id); });
    if (!done) co_return failure_of(done.error());
    access.key_uses.forget(id);
    co_return DeleteAccessKeyResponse();
}

async::Task<wire::Outcome<GetAccessKeyLastUsedResponse>> GetAccessKeyLastUsed::handle(
    const Caller& caller, GetAccessKeyLastUsedRequest request) const {
    const store::AccessKeyId id(request.access_key_id);
    auto owner = co_await access.read(
        [&](Records& records) { return records.keys.owner(caller.tenant, id); });
    if (!owner) co_return failure_of(owner.error());
    GetAccessKeyLastUsedResponse response;
    response.user_name = std::move(*owner);
    response.access_key_last_used =
        AccessKeyLastUsed{.last_used_date = std::nullopt, .service_name = "N/A", .region = "N/A"};
    if (const auto use = access.key_uses.last(id)) {
        response.access_key_last_used = AccessKeyLastUsed{
            .last_used_date = use->at, .service_name = use->service, .region = use->region.value()};
    }
    co_return response;
}

}  // namespace gatehouse::api::iam
