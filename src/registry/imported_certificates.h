// Imported certificates: the way in for coroutines to ImportedCertificateRecords.
#pragma once

#include "registry/imported_certificate_records.h"
#include "registry/on_workers.h"

namespace gatehouse::registry {

using ImportedCertificates = OnWorkers<ImportedCertificateRecords>;

}  // namespace gatehouse::registry
