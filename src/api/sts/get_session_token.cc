#include "api/sts/get_session_token.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

#include "api/shapes/sts/errors.h"
#include "iam/principal.h"
#include "iam/record_lookup.h"

namespace gatehouse::api::sts {
namespace {

constexpr std::int32_t seconds_usual = 43'200;
constexpr std::int32_t root_seconds_max = 3600;
constexpr std::string_view temporary_prefix = "ASIA";

}  // namespace

async::Task<wire::Outcome<GetSessionTokenResponse>> GetSessionToken::handle(
    const Caller& caller, GetSessionTokenRequest request) const {
    if (request.serial_number || request.token_code) {
        co_return wire::fail_as(errors::validation_error_exception,
                                "SerialNumber and TokenCode of GetSessionToken are not supported "
                                "by Gatehouse; leave them out");
    }
    const auto self = ::gatehouse::iam::parse_caller(caller.principal);
    if (!self || !self->session.empty() ||
        caller.access_key_id.view().starts_with(temporary_prefix)) {
        co_return wire::fail_as(errors::access_denied_exception,
                                "Cannot call GetSessionToken with session credentials");
    }
    std::int32_t lifetime = request.duration_seconds.value_or(seconds_usual);
    if (self->is_root()) lifetime = std::min(lifetime, root_seconds_max);
    std::string identity_id;
    if (!self->is_root()) {
        const auto found = co_await records.run([&](storage::ResourceStore& store) {
            return ::gatehouse::iam::find_identity(store, caller.tenant.account, *self->identity);
        });
        if (!found && found.error().kind == ErrorKind::NotFound) {
            co_return wire::fail_as(errors::access_denied_exception, caller.principal + " is gone");
        }
        if (!found) co_return std::unexpected(wire::Failure(found.error()));
        identity_id = found->identity.id;
    }
    const auto key = keys.issue({.account = caller.tenant.account,
                                 .principal = caller.principal,
                                 .identity_id = std::move(identity_id)},
                                std::chrono::seconds(lifetime));
    if (!key) co_return std::unexpected(wire::Failure(key.error()));
    GetSessionTokenResponse response;
    response.credentials = Credentials{.access_key_id = key->id.value(),
                                       .secret_access_key = key->key.secret,
                                       .session_token = key->key.session_token,
                                       .expiration = *key->key.expires};
    co_return response;
}

}  // namespace gatehouse::api::sts
