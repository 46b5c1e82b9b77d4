// Keys that are known to be weak by the way they were made.
//
// Pure; threads: any.
#pragma once

#include "base/bytes.h"
#include "base/result.h"

namespace gatehouse::certificates {

// Whether the certificate's (DER) RSA key has the mark of Infineon's RSA library, whose keys can be
// factored: modulo each of some small primes, its modulus is a power of 65537. Of other keys about
// one in 2^27 does so by chance. InvalidInput: no certificate.
// Source: CVE-2017-15361; Nemec et al., "The Return of Coppersmith's Attack", section 2.
Result<bool> has_infineon_key(BytesView certificate);

}  // namespace gatehouse::certificates
