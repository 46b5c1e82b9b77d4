// A domain configuration as a stored record, and the claim to its domain name. The names in the
// JSON are on disk: they are never changed.
#pragma once

#include <string>

#include "base/result.h"
#include "registry/domain_configuration.h"
#include "registry/stored.h"
#include "storage/resource_store.h"

namespace gatehouse::registry {

inline const storage::Kind domain_configuration_kind{"domain-configuration"};
// Of the whole server, by domain name: no two tenants have the same.
inline const storage::Kind domain_name_kind{"domain-name"};
// From the name of a configuration to the id of the certificate that it shows.
inline const storage::Relation domain_certificate_relation{"domain-certificate"};
// From the name of a configuration to that of its default authorizer.
inline const storage::Relation domain_authorizer_relation{"domain-authorizer"};
inline constexpr RecordWords domain_configuration_words{"domain configuration",
                                                        "domainConfigurationName"};
inline constexpr std::string_view domain_configuration_resource = "domainconfiguration/";

storage::RecordKey key_of(const Tenant& tenant, const DomainConfigurationName& name);
storage::RecordKey domain_name_key(std::string_view domain_name);
std::string encode(const DomainConfiguration& configuration);
// Corrupt, naming the record, when the body is not what encode() makes.
Result<DomainConfiguration> decode_domain_configuration(const storage::Record& record);

// Makes "arn:…:domainconfiguration/NAME/*" the ARN of the one of this name, where there is one;
// leaves every other text as it is.
Result<void> complete_domain_arn(storage::ResourceStore& store, std::string& arn);

}  // namespace gatehouse::registry
