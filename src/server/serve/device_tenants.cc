#include "server/serve/device_tenants.h"

#include <fmt/format.h>

#include <algorithm>

#include "registry/endpoint_name.h"

namespace gatehouse::server {
namespace {

std::string lower_case(std::string_view name) {
    std::string lower(name);
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) {
        return static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    });
    return lower;
}

}  // namespace

std::string devices_endpoint(const Settings& settings) {
    return settings.endpoints.empty() ? "localhost" : settings.endpoints.front();
}

gateway::TenantOf device_tenants(const Settings& settings, const iam::Accounts& accounts,
                                 const registry::Authorizers& authorizers) {
    std::vector<std::string> endpoints = settings.endpoints;
    if (endpoints.empty()) endpoints.push_back(devices_endpoint(settings));
    const Tenant usual{settings.account, settings.region};
    const bool regions_apart = settings.tenancy == Tenancy::Multi;
    return [endpoints = std::move(endpoints), usual, regions_apart, &accounts,
            &authorizers](std::string_view server_name) -> gateway::TenantAnswer {
        if (!server_name.starts_with('a') && !server_name.starts_with('A')) return {usual, {}};
        const std::string name = lower_case(server_name);
        for (const std::string& endpoint : endpoints) {
            auto named = registry::tenant_of_endpoint_name(name, endpoint);
            if (!named) continue;
            if (!accounts.has_account(named->account)) {
                return {usual, fmt::format("the server name '{}' is the endpoint of account {}, "
                                           "which does not exist here",
                                           name, named->account.view())};
            }
            if (!regions_apart) named->region = usual.region;
            if (*named != usual && !authorizers.directory().get()->has_any(*named)) {
                return {usual, fmt::format("the server name '{}' is the endpoint of account {} in "
                                           "region {}, where it has no authorizer",
                                           name, named->account.view(), named->region.view())};
            }
            return {std::move(*named), {}};
        }
        return {usual, {}};
    };
}

}  // namespace gatehouse::server
