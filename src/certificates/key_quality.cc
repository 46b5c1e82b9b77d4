#include "certificates/key_quality.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <memory>

#include "certificates/openssl.h"

namespace gatehouse::certificates {
namespace {

// The odd primes that divide the constant by which the library makes keys of 512 bits, which
// divides those of all other lengths: the first 38.
constexpr std::array<unsigned, 38> marked_primes{
    3,  5,  7,  11, 13, 17,  19,  23,  29,  31,  37,  41,  43,  47,  53,  59,  61,  67,  71,
    73, 79, 83, 89, 97, 101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167};

bool is_power_of_65537(unsigned residue, unsigned prime) {
    unsigned power = 1;
    do {
        if (power == residue) return true;
        power = power * (65537 % prime) % prime;
    } while (power != 1);
    return false;
}

}  // namespace

Result<bool> has_infineon_key(BytesView certificate) {
    const unsigned char* at = certificate.data();
    const openssl::Certificate parsed(
        d2i_X509(nullptr, &at, static_cast<long>(certificate.size())));
    if (parsed == nullptr) {
        return openssl::failed(ErrorKind::InvalidInput, "the bytes are not a DER certificate");
    }
    EVP_PKEY* const key = X509_get0_pubkey(parsed.get());
    if (key == nullptr || EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA) return false;
    BIGNUM* number = nullptr;
    if (EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &number) != 1) {
        return openssl::failed(ErrorKind::InvalidInput, "the RSA key has no modulus");
    }
    const std::unique_ptr<BIGNUM, Release<BN_free>> modulus(number);
    return std::ranges::all_of(marked_primes, [&](unsigned prime) {
        return is_power_of_65537(static_cast<unsigned>(BN_mod_word(modulus.get(), prime)), prime);
    });
}

}  // namespace gatehouse::certificates
