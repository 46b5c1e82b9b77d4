// The certificate that the doors show to devices: the operator's own where one is set, else one of
// the local authority. The API shows the local one always, which our own commands trust.
//
// Threads: identity() from any; the rest one at a time.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/pinned.h"
#include "base/result.h"
#include "certificates/local_authority.h"
#include "certificates/server_files.h"
#include "server/settings.h"

namespace gatehouse::server {

class ServerCertificate : Pinned {
public:
    // The settings, authority and clock must outlive it. The errors of refresh(), and a CA file
    // that holds no certificate.
    static Result<std::unique_ptr<ServerCertificate>> make(const Settings& settings,
                                                           certificates::LocalAuthority& authority,
                                                           const Clock& clock);

    std::shared_ptr<const certificates::ServerIdentity> identity() const;
    bool is_operators() const { return files_.has_value(); }
    // What devices have to trust, by its whole path; empty: what their system trusts.
    std::string authority_file() const;
    // Endpoints that clients would refuse, since the certificate is not for them.
    std::vector<std::string> uncovered() const;

    // Reads the operator's files again, or renews what is due. Whether there is a new certificate.
    // On an error the one that there is stays: those of read_server_files(), and InvalidInput for a
    // certificate that TLS would not show.
    Result<bool> refresh();
    // For endpoints in another region, see LocalAuthority. InvalidInput where the operator's
    // certificate would have to be another.
    Result<bool> cover_region(std::string_view region);

private:
    ServerCertificate(const Settings& settings, certificates::LocalAuthority& authority,
                      const Clock& clock);

    const Settings& settings_;
    certificates::LocalAuthority& authority_;
    const Clock& clock_;
    const std::optional<certificates::ServerFiles> files_;
    mutable std::mutex mutex_;
    std::shared_ptr<const certificates::ServerIdentity> own_;  // guarded by mutex_
};

}  // namespace gatehouse::server
