#include "registry/endpoint_name.h"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace gatehouse::registry {
namespace {

struct TypeNames {
    EndpointType type;
    std::string_view asked_for;  // in DescribeEndpoint
    std::string_view suffix;     // after the account, up to the region
};
constexpr std::array<TypeNames, 4> types = {
    {{EndpointType::DataAts, "iot:Data-ATS", "-ats.iot."},
     {EndpointType::Data, "iot:Data", ".iot."},
     {EndpointType::CredentialProvider, "iot:CredentialProvider", ".credentials.iot."},
     {EndpointType::Jobs, "iot:Jobs", ".jobs.iot."}}};

std::string_view suffix_of(EndpointType type) {
    for (const auto& names : types) {
        if (names.type == type) return names.suffix;
    }
    std::unreachable();
}

// False: the name does not stand below the endpoint.
bool cut_endpoint(std::string_view& name, std::string_view endpoint) {
    if (!name.ends_with(endpoint)) return false;
    name.remove_suffix(endpoint.size());
    if (!name.ends_with('.')) return false;
    name.remove_suffix(1);
    return true;
}

}  // namespace

std::string_view name_of(EndpointType type) {
    for (const auto& names : types) {
        if (names.type == type) return names.asked_for;
    }
    std::unreachable();
}

std::optional<EndpointType> parse_endpoint_type(std::string_view text) {
    for (const auto& names : types) {
        if (names.asked_for == text) return names.type;
    }
    return std::nullopt;
}

std::string endpoint_name(const Tenant& tenant, EndpointType type, const Tenant& default_tenant,
                          std::string_view endpoint) {
    if (tenant == default_tenant) return std::string(endpoint);
    return fmt::format("a{}{}{}.{}", tenant.account.value(), suffix_of(type), tenant.region.value(),
                       endpoint);
}

std::optional<Tenant> tenant_of_endpoint_name(std::string_view name, std::string_view endpoint) {
    // "a" ACCOUNT SUFFIX REGION "." ENDPOINT
    constexpr std::size_t account_length = 12;
    if (!name.starts_with('a') || !cut_endpoint(name, endpoint)) return std::nullopt;
    name.remove_prefix(1);
    const std::string_view account = name.substr(0, account_length);
    if (!is_account_id(account)) return std::nullopt;
    name.remove_prefix(account_length);
    for (const auto& names : types) {
        if (!name.starts_with(names.suffix)) continue;
        const std::string_view region = name.substr(names.suffix.size());
        if (!is_region(region)) continue;
        return Tenant{AccountId(account), Region(region)};
    }
    return std::nullopt;
}

bool is_managed_domain_name(std::string_view name, std::string_view endpoint) {
    // "d" LABEL "-ats.iot." REGION "." ENDPOINT
    if (!name.starts_with('d') || !cut_endpoint(name, endpoint)) return false;
    name.remove_prefix(1);
    const std::string_view label = name.substr(0, managed_label_length);
    if (label.size() != managed_label_length ||
        label.find_first_not_of(managed_label_alphabet) != label.npos) {
        return false;
    }
    name.remove_prefix(label.size());
    const std::string_view suffix = suffix_of(EndpointType::DataAts);
    return name.starts_with(suffix) && is_region(name.substr(suffix.size()));
}

}  // namespace gatehouse::registry
