// What makes a domain configuration valid by itself. Pure.
// Source: AWS IoT Developer Guide, "Domain configurations", "Custom authentication with X.509
// client certificates"; API Reference, CreateDomainConfiguration. The guide has no table of the
// combinations; these are the ones in which the protocol can carry what is asked for.
#pragma once

#include <string>
#include <string_view>

#include "registry/domain_configuration.h"
#include "registry/refusal.h"

namespace gatehouse::registry {

// AWS General Reference, "AWS IoT Core endpoints and quotas": a tenant's.
inline constexpr std::size_t domain_configurations_max = 10;
// Of a server certificate. Source: Developer Guide, "Creating and configuring customer managed
// domains".
inline constexpr std::size_t certificate_domains_max = 4;

// Every field, alone and together: InvalidRequest with the first that is wrong.
Outcome<void> check_domain_configuration(const DomainConfiguration& configuration);

// "IoTSecurityPolicy_TLS13_1_2_2022_10"; the default's name may be left out. InvalidRequest.
Outcome<net::SecurityPolicy> security_policy_named(std::string_view name);

// In lower case, without a trailing dot. InvalidRequest: no host name.
Outcome<std::string> domain_name_of(std::string_view text);

}  // namespace gatehouse::registry
