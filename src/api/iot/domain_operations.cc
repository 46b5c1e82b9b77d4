#include "api/iot/create_domain_configuration.h"
#include "api/iot/delete_domain_configuration.h"
#include "api/iot/describe_domain_configuration.h"
#include "api/iot/list_domain_configurations.h"
#include "api/iot/operations.h"
#include "api/iot/update_domain_configuration.h"

namespace gatehouse::api {

void add_domain_operations(Service& service, const IotParts& parts) {
    service.handle(iot::CreateDomainConfiguration{parts.domains})
        .handle(iot::DeleteDomainConfiguration{parts.domains})
        .handle(iot::DescribeDomainConfiguration{parts.domains, parts.endpoint_names,
                                                 parts.endpoint_policy})
        .handle(iot::ListDomainConfigurations{parts.domains})
        .handle(iot::UpdateDomainConfiguration{parts.domains});
}

}  // namespace gatehouse::api
