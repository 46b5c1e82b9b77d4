// A server certificate that the operator brings: a certificate with its chain, and a key, in PEM.
#pragma once

#include <filesystem>

#include "base/clock.h"
#include "base/result.h"
#include "certificates/local_authority.h"

namespace gatehouse::certificates {

struct ServerFiles {
    std::filesystem::path certificate;  // the server's own first, then those that sign it
    std::filesystem::path private_key;
};

// Reads and checks them: that the key belongs to the certificate, that nobody else may read the
// key, and that the certificate is valid now. InvalidInput, NotAllowed, NotFound; each names the
// file. `renew_at` is when it runs out: nobody here renews it.
Result<ServerIdentity> read_server_files(const ServerFiles& files, const Clock& clock);

}  // namespace gatehouse::certificates
