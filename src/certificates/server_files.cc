#include "certificates/server_files.h"

#include <fmt/format.h>

#include "base/durable_file.h"
#include "certificates/certificate.h"
#include "certificates/openssl.h"

namespace gatehouse::certificates {
namespace {

constexpr std::size_t file_bytes_max = 1024 * 1024;

}  // namespace

Result<ServerIdentity> read_server_files(const ServerFiles& files, const Clock& clock) {
    auto chain = read_file(files.certificate, file_bytes_max);
    if (!chain) return fail(std::move(chain.error()));
    auto key = read_private_file(files.private_key, Readers::OwnerAndGroup, file_bytes_max);
    if (!key) return fail(std::move(key.error()));
    const auto certificate = openssl::read_certificate(*chain);
    const auto facts = certificate ? facts_of(**certificate) : fail(certificate.error());
    if (!facts) {
        return fail(ErrorKind::InvalidInput,
                    fmt::format("{}: {}", files.certificate.string(), facts.error().message));
    }
    if (key->contains("BEGIN ENCRYPTED PRIVATE KEY") || key->contains("Proc-Type: 4,ENCRYPTED")) {
        return fail(
            ErrorKind::InvalidInput,
            fmt::format("{0} is encrypted, and nobody is there to give its password when the "
                        "server starts; openssl pkey -in {0} -out NEW writes it in the clear",
                        files.private_key.string()));
    }
    if (!openssl::key_fits(**certificate, *key)) {
        return fail(ErrorKind::InvalidInput,
                    fmt::format("{} is not the private key of the first certificate in {}",
                                files.private_key.string(), files.certificate.string()));
    }
    const WallTime now = clock.wall_now();
    if (now >= facts->not_after || now < facts->not_before) {
        return fail(ErrorKind::InvalidInput,
                    fmt::format("the certificate in {} is valid from {} to {}, not now",
                                files.certificate.string(), format_iso8601(facts->not_before),
                                format_iso8601(facts->not_after)));
    }
    return ServerIdentity{std::move(*chain),
                          std::move(*key),
                          {facts->dns_names, facts->ip_addresses},
                          facts->not_after,
                          facts->not_after};
}

}  // namespace gatehouse::certificates
