#include "api/data/permissions.h"

#include <array>

namespace gatehouse::api::data {

Permission permission_of(const Caller& caller, std::string_view operation,
                         const RequestNames& names) {
    static constexpr std::array<NamedResource, 2> labelled{
        {{"topic", "topic/"}, {"clientId", "client/"}}};
    return {.action = "iot:" + std::string(operation),
            .resources = {labelled_resource(caller.tenant, "iot", names, labelled)}};
}

}  // namespace gatehouse::api::data
