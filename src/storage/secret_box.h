// Secrets that are needed in clear, encrypted at rest: AES-256-GCM under a key file of mode
// 0600. Somebody who gets the database alone (a copy, a backup) cannot read them.
//
// A sealed text is bound to its context (say "access-key AKIA…"): moved to another record it
// does not open. Format, base64 of: version 1 (1 byte), first bytes of the key's SHA-256 (4),
// nonce (12), ciphertext, tag (16). Source: NIST SP 800-38D; nonces are random, which is sound
// for 2^32 seals under one key.
//
// Threads: seal() and open() from any thread.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/pinned.h"
#include "base/random.h"
#include "base/result.h"

namespace gatehouse::storage {

class SecretBox : Pinned {
public:
    static constexpr std::size_t key_bytes = 32;

    // Reads the key file (64 hexadecimal digits), making it when it is absent.
    // `random` must outlive the box and be fit for keys.
    // Errors: Corrupt (not a key), NotAllowed (open to others), Unavailable.
    static Result<std::unique_ptr<SecretBox>> open_key_file(const std::filesystem::path& file,
                                                            Random& random);
    ~SecretBox();

    std::string seal(std::string_view secret, std::string_view context) const;

    // Errors: Corrupt, saying whether the text is damaged or was sealed with another key.
    Result<std::string> open(std::string_view sealed, std::string_view context) const;

    // A key of 32 bytes for something else, which says nothing of the box's own, nor of those for
    // other purposes. Source: RFC 5869 section 2.3 (HKDF-Expand).
    std::string derived_key(std::string_view purpose) const;

private:
    using Key = std::array<std::uint8_t, key_bytes>;
    SecretBox(const Key& key, std::string key_name, std::filesystem::path file, Random& random);

    Key key_;
    std::string key_name_;  // the 4 bytes that sealed texts carry
    std::filesystem::path file_;
    Random& random_;
};

}  // namespace gatehouse::storage
