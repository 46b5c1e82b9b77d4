// A template's body comes from anybody who may provision: it is read or refused, and what is read
// is worked out within its bounds or refused.

#include <cstdint>

#include "base/bytes.h"
#include "registry/provisioning_plan.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace gatehouse::registry;
    const auto made = ProvisioningTemplate::parse(gatehouse::text_of({data, size}));
    if (!made) return 0;
    (void)made->check_just_in_time();
    Texts parameters{{std::string(certificate_id_parameter), std::string(64, 'a')}};
    for (const TemplateParameter& parameter : made->parameters) {
        parameters.emplace(parameter.name, std::string(4096, 'x'));
    }
    (void)ProvisioningPlan::make(*made, parameters);
    (void)ProvisioningPlan::make(*made, {});
    return 0;
}
