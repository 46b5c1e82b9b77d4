// Domain configurations: the way in for coroutines to DomainConfigurationRecords.
#pragma once

#include "registry/domain_configuration_records.h"
#include "registry/on_workers.h"

namespace gatehouse::registry {

using DomainConfigurations = OnWorkers<DomainConfigurationRecords>;

}  // namespace gatehouse::registry
