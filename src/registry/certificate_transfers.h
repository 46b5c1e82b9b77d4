// Transfers of certificates: the way in for coroutines to CertificateTransferRecords.
#pragma once

#include "registry/certificate_transfer_records.h"
#include "registry/on_workers.h"

namespace gatehouse::registry {

using CertificateTransfers = OnWorkers<CertificateTransferRecords>;

}  // namespace gatehouse::registry
