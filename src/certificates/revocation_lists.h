// Certificate revocation lists (CRLs) of the authorities whose certificates clients show.
//
// They come from a file, or from all files of a folder that do not begin with a dot: lists in PEM
// or DER, and in PEM the CA certificates that signed them, without which a list is not believed. A
// list that has run out goes on to say what it says: whoever it names stays revoked.
//
// Source: RFC 5280, section 5.
// Threads: any; immutable.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/result.h"

namespace gatehouse::certificates {

inline constexpr std::size_t revocation_files_max = 1'000;
inline constexpr std::size_t revocation_bytes_max = 256UL * 1024 * 1024;  // of all together

struct RevocationFile {
    std::string path;  // as it is told of
    std::string text;
};

class RevocationLists {
public:
    // What one list says of a certificate.
    struct Revocation {
        std::string issuer;  // RFC 2253
        WallTime since{};
        std::string reason;  // "keyCompromise"; empty: none is given
    };

    // InvalidInput, NotFound, NotAllowed, TooLarge, with the file and what is wrong with it: also a
    // list that nothing in them signed, one that is only the difference to another (delta CRL), and
    // one of certificates of other issuers (indirect CRL). Blocks on the disk.
    static Result<std::shared_ptr<const RevocationLists>> read(const std::filesystem::path& path);
    // The same of what was read already.
    static Result<std::shared_ptr<const RevocationLists>> parse(
        std::span<const RevocationFile> files);

    // Whether its issuer revoked the certificate. Of what does not read as one, nothing is said.
    std::optional<Revocation> find(BytesView certificate_der) const;
    std::size_t size() const { return lists_.size(); }
    bool is_same_as(const RevocationLists& other) const;
    // A sentence for each list whose issuer should have made a newer one by now.
    std::vector<std::string> outdated(WallTime now) const;

    struct List;  // one of them, as OpenSSL holds it
    explicit RevocationLists(std::vector<std::shared_ptr<const List>> lists = {});
    ~RevocationLists();

private:
    std::vector<std::shared_ptr<const List>> lists_;
};

using RevocationListsPtr = std::shared_ptr<const RevocationLists>;

}  // namespace gatehouse::certificates
