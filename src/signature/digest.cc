#include "signature/digest.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <cassert>

#include "base/encoding.h"

namespace gatehouse::signature {

Digest sha256(std::string_view bytes) {
    Digest digest;
    unsigned int length = 0;
    [[maybe_unused]] const int done =
        EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, EVP_sha256(), nullptr);
    assert(done == 1 && length == digest.size());
    return digest;
}

std::string sha256_hex(std::string_view bytes) {
    return to_hex(sha256(bytes));
}

Digest hmac_sha256(std::string_view key, std::string_view message) {
    Digest digest;
    unsigned int length = 0;
    [[maybe_unused]] const auto* done = HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
                                             reinterpret_cast<const unsigned char*>(message.data()),
                                             message.size(), digest.data(), &length);
    assert(done != nullptr && length == digest.size());
    return digest;
}

}  // namespace gatehouse::signature
