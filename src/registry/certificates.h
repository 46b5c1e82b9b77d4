// Certificates: the way in for coroutines to CertificateRecords.
#pragma once

#include "registry/certificate_records.h"
#include "registry/on_workers.h"

namespace gatehouse::registry {

using Certificates = OnWorkers<CertificateRecords>;

}  // namespace gatehouse::registry
