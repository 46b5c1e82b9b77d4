#include "api/access.h"

#include <fmt/format.h>

#include "api/refusals.h"
#include "base/arn.h"

namespace gatehouse::api {
namespace {

std::unexpected<AccessRefusal> refuse(const wire::ErrorShape& shape, std::string message) {
    return std::unexpected(AccessRefusal{&shape, std::move(message)});
}

// Source: IAM User Guide, "IAM identifiers".
bool is_root_principal(std::string_view principal) {
    const auto arn = parse_arn(principal);
    return arn && arn->service == "iam" && arn->resource == "root";
}

}  // namespace

Access::Access(AccessSettings settings, const signature::KeyLookup& keys, const Clock& clock)
    : settings_(std::move(settings)), keys_(keys), clock_(clock) {}

std::expected<Caller, AccessRefusal> Access::admit(const signature::Claim& claim,
                                                   const signature::RequestView& request) const {
    std::expected<signature::AccessKey, AccessRefusal> key;
    if (settings_.mode == AuthMode::SigV4) {
        key = prove(claim, request);
    } else {
        key = believe(claim);
    }
    if (!key) return std::unexpected(std::move(key.error()));
    auto region = region_of(claim);
    if (!region) return std::unexpected(std::move(region.error()));
    const bool is_root = settings_.mode == AuthMode::Any || is_root_principal(key->principal);
    return Caller{.tenant = {std::move(key->account), std::move(*region)},
                  .principal = std::move(key->principal),
                  .access_key_id = claim.credential.access_key_id,
                  .signed_region = claim.credential.scope.region,
                  .is_root = is_root,
                  .identity_id = std::move(key->identity_id),
                  .session_facts = std::move(key->session_facts)};
}

std::expected<signature::AccessKey, AccessRefusal> Access::prove(
    const signature::Claim& claim, const signature::RequestView& request) const {
    auto key = keys_.find(claim.credential.access_key_id);
    if (!key) {
        return refuse(shape_of(signature::Problem::UnknownKey),
                      fmt::format("The security token included in the request is invalid: access "
                                  "key '{}' is not known here or not active; run `eval \"$("
                                  "gatehouse env)\"` for this server's credentials",
                                  claim.credential.access_key_id.value()));
    }
    const auto proved = signature::verify(claim, request, *key, clock_.wall_now());
    if (!proved) return refuse(shape_of(proved.error().problem), proved.error().message);
    return std::move(*key);
}

signature::AccessKey Access::believe(const signature::Claim& claim) const {
    const auto& id = claim.credential.access_key_id;
    if (auto key = keys_.find(id)) return std::move(*key);
    const AccountId account =
        is_account_id(id.view()) ? AccountId(id.view()) : settings_.default_tenant.account;
    return {.account = account, .principal = fmt::format("arn:aws:iam::{}:root", account.value())};
}

std::expected<Region, AccessRefusal> Access::region_of(const signature::Claim& claim) const {
    const Region& region = claim.credential.scope.region;
    if (!is_region(region.view())) {
        return refuse(
            refusals::invalid_signature,
            fmt::format("Credential should be scoped to a valid region, not '{}'", region.value()));
    }
    return settings_.tenancy == Tenancy::Multi ? region : settings_.default_tenant.region;
}

}  // namespace gatehouse::api
