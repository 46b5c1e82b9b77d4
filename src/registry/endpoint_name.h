// The host names under which tenants reach this server.
//
// The default tenant has the bare endpoint. Any other has a name of its own under it, which tells
// a connection's tenant from its SNI or Host: "a123456789012-ats.iot.eu-west-1.gate.example".
// AWS's prefix is opaque; ours is "a" and the account id, so that it needs no table.
//
// Threads: pure functions.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/tenant.h"

namespace gatehouse::registry {

// Which of a tenant's services is asked for. Source: AWS IoT API Reference, DescribeEndpoint.
enum class EndpointType : std::uint8_t { DataAts, Data, CredentialProvider, Jobs };

inline constexpr std::array<EndpointType, 4> all_endpoint_types{
    EndpointType::DataAts, EndpointType::Data, EndpointType::CredentialProvider,
    EndpointType::Jobs};

// "iot:Data-ATS" and so on.
std::string_view name_of(EndpointType type);
// The other way round; DescribeEndpoint without a type means iot:Data.
std::optional<EndpointType> parse_endpoint_type(std::string_view text);

std::string endpoint_name(const Tenant& tenant, EndpointType type, const Tenant& default_tenant,
                          std::string_view endpoint);

// The tenant that a server name stands for; empty when it is no tenant's name under `endpoint`.
std::optional<Tenant> tenant_of_endpoint_name(std::string_view name, std::string_view endpoint);

// What domain names begin with that are made up for domain configurations: "d", so many of these
// characters, "-ats".
inline constexpr std::string_view managed_label_alphabet = "abcdefghijklmnopqrstuvwxyz234567";
inline constexpr std::size_t managed_label_length = 20;
// Whether it looks as if it had been made up so, under `endpoint`: whether it has a configuration
// or had one, nothing else is called so.
bool is_managed_domain_name(std::string_view name, std::string_view endpoint);

}  // namespace gatehouse::registry
