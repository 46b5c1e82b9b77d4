#include "registry/principal_facts.h"

#include <utility>

#include "certificates/certificate_names.h"

namespace gatehouse::registry {

policy::ThingFacts facts_of(const Thing& thing) {
    return {.name = thing.name.value(),
            .type = thing.type.value(),
            .attributes = {thing.attributes.begin(), thing.attributes.end()}};
}

policy::CertificateFacts facts_of(const certificates::CertificateId& id, BytesView der) {
    policy::CertificateFacts facts{.id = id.value()};
    if (const auto read = certificates::parse_certificate_der(der)) {
        facts.serial_number = read->serial;
    }
    if (auto names = certificates::names_in(der)) facts.names = std::move(*names);
    return facts;
}

}  // namespace gatehouse::registry
