// CA certificates: the way in for coroutines to CaCertificateRecords.
#pragma once

#include "registry/ca_certificate_records.h"
#include "registry/on_workers.h"

namespace gatehouse::registry {

using CaCertificates = OnWorkers<CaCertificateRecords>;

}  // namespace gatehouse::registry
