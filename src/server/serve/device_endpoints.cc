#include "server/serve/device_endpoints.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/host_name.h"
#include "certificates/permitted_names.h"

namespace gatehouse::server {
namespace {

constexpr const char* endpoint_without_setting = "localhost";

}  // namespace

// Nothing can be put before an address.
std::vector<std::string> host_names_of(const Settings& settings) {
    if (settings.endpoints.empty()) return {endpoint_without_setting};
    std::vector<std::string> names;
    for (const std::string& endpoint : settings.endpoints) {
        if (!certificates::is_ip_address(endpoint)) names.push_back(canonical_host_name(endpoint));
    }
    return names;
}

std::vector<std::string> own_names_of(const Settings& settings) {
    std::vector<std::string> names = host_names_of(settings);
    names.emplace_back(endpoint_without_setting);
    for (const std::string& name : certificates::machine_names()) {
        names.push_back(canonical_host_name(name));
    }
    return names;
}

api::OriginGuard::Names names_asked_by(const Settings& settings) {
    return {.endpoints = host_names_of(settings), .machine = certificates::machine_names()};
}

DeviceEndpoints::DeviceEndpoints(const Parts& parts)
    : parts_(parts),
      usual_tenant_(std::make_shared<const Tenant>(parts.settings.account, parts.settings.region)),
      usual_(parts.settings.endpoints.empty() ? endpoint_without_setting
                                              : parts.settings.endpoints.front()),
      regions_apart_(parts.settings.tenancy == Tenancy::Multi),
      host_names_(host_names_of(parts.settings)),
      own_names_(own_names_of(parts.settings)) {}

gateway::TenantAnswer DeviceEndpoints::tenant_of(std::string_view server_name) const {
    if (server_name.empty()) return {.tenant = usual_tenant_, .problem = {}};
    const std::string name = canonical_host_name(server_name);
    if (std::ranges::find(own_names_, name) != own_names_.end()) {
        return {.tenant = usual_tenant_, .problem = {}, .is_endpoint = true};
    }
    for (const std::string& host_name : host_names_) {
        auto named = registry::tenant_of_endpoint_name(name, host_name);
        if (!named) continue;
        if (!parts_.accounts.has_account(named->account)) {
            return {.tenant = usual_tenant_,
                    .problem = fmt::format("the server name '{}' is the endpoint of account {}, "
                                           "which does not exist here",
                                           name, named->account.view())};
        }
        if (!regions_apart_) named->region = usual_tenant_->region;
        if (*named != *usual_tenant_ && !parts_.authorizers.directory().get()->has_any(*named)) {
            return {.tenant = usual_tenant_,
                    .problem = fmt::format("the server name '{}' is the endpoint of account {} in "
                                           "region {}, where it has no authorizer",
                                           name, named->account.view(), named->region.view()),
                    .is_endpoint = true,
                    .for_certificates = std::make_shared<const Tenant>(std::move(*named))};
        }
        return {.tenant = *named == *usual_tenant_
                              ? usual_tenant_
                              : std::make_shared<const Tenant>(std::move(*named)),
                .problem = {},
                .is_endpoint = true};
    }
    // Its devices are not the default tenant's, once its configuration is deleted.
    if (std::ranges::any_of(host_names_, [&](const std::string& host_name) {
            return registry::is_managed_domain_name(name, host_name);
        })) {
        return {.tenant = usual_tenant_,
                .problem = fmt::format("the server name '{}' is one of a domain configuration, of "
                                       "which there is none",
                                       name),
                .reason = "DOMAIN_CONFIGURATION_NOT_FOUND",
                .is_endpoint = true};
    }
    return {.tenant = usual_tenant_, .problem = {}};
}

async::Task<Result<std::string>> DeviceEndpoints::name_for(Tenant tenant,
                                                           registry::EndpointType type) {
    if (tenant == *usual_tenant_) co_return usual_;
    if (host_names_.empty()) {
        co_return fail(ErrorKind::InvalidInput,
                       fmt::format("account {} in {} has no endpoint: accounts and regions are "
                                   "told apart by host name, and this server was given addresses "
                                   "alone; start it with --endpoint NAME too",
                                   tenant.account.view(), tenant.region.view()));
    }
    std::string name = registry::endpoint_name(tenant, type, *usual_tenant_, host_names_.front());
    if (is_shown_ && parts_.certificate.identity()->is_for(name)) co_return name;
    const auto covered = co_await parts_.workers.run(
        *async::EventLoop::current(), [&certificate = parts_.certificate, region = tenant.region] {
            return certificate.cover_region(region.view());
        });
    if (!covered) co_return fail(covered.error());
    if (*covered) is_shown_ = false;
    if (!is_shown_) {
        if (auto shown = show_(); !shown) co_return fail(std::move(shown.error()));
        is_shown_ = true;
    }
    co_return name;
}

}  // namespace gatehouse::server
