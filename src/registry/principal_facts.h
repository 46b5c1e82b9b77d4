// Things and certificates of the registry as policies ask for them.
// Source: AWS IoT Developer Guide, "Thing policy variables", "X.509 Certificate AWS IoT Core policy
// variables".
//
// Threads: any.
#pragma once

#include "certificates/certificate.h"
#include "policy/connection_variables.h"
#include "registry/thing.h"

namespace gatehouse::registry {

policy::ThingFacts facts_of(const Thing& thing);

// What cannot be read of the certificate is left out.
policy::CertificateFacts facts_of(const certificates::CertificateId& id, BytesView der);

}  // namespace gatehouse::registry
