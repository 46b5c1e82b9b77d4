#include "signature/digest.h"

#include <openssl/evp.h>

#include <array>
#include <cassert>
#include <memory>

#include "base/encoding.h"

namespace gatehouse::signature {
namespace {

constexpr std::size_t block_bytes = 64;

// EVP_sha256() is looked up by its name at each use; this once.
const EVP_MD* fetched_sha256() {
    static const EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    assert(fetched != nullptr);
    return fetched;
}

// One context for as many digests as are wanted one after the other.
class Sha256 {
public:
    Sha256() : context_(EVP_MD_CTX_new()) { assert(context_ != nullptr); }

    // Of the two texts in a row.
    Digest of(std::string_view first, std::string_view second) {
        Digest digest;
        unsigned int length = 0;
        [[maybe_unused]] const bool done =
            EVP_DigestInit_ex(context_.get(), fetched_sha256(), nullptr) == 1 &&
            EVP_DigestUpdate(context_.get(), first.data(), first.size()) == 1 &&
            EVP_DigestUpdate(context_.get(), second.data(), second.size()) == 1 &&
            EVP_DigestFinal_ex(context_.get(), digest.data(), &length) == 1;
        assert(done && length == digest.size());
        return digest;
    }

private:
    struct Free {
        void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
    };
    std::unique_ptr<EVP_MD_CTX, Free> context_;
};

}  // namespace

Digest sha256(std::string_view bytes) {
    Digest digest;
    unsigned int length = 0;
    [[maybe_unused]] const int done =
        EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, fetched_sha256(), nullptr);
    assert(done == 1 && length == digest.size());
    return digest;
}

std::string sha256_hex(std::string_view bytes) {
    return to_hex(sha256(bytes));
}

// RFC 2104. OpenSSL's own HMAC() looks two algorithms up and makes five contexts each time, which
// takes four times as long.
Digest hmac_sha256(std::string_view key, std::string_view message) {
    Sha256 sha256;
    Digest digest_of_key;
    if (key.size() > block_bytes) {
        digest_of_key = sha256.of(key, "");
        key = view_of(digest_of_key);
    }
    const auto padded = [&](char pad) {
        std::array<char, block_bytes> block;
        block.fill(pad);
        for (std::size_t i = 0; i < key.size(); ++i)
            block[i] = static_cast<char>(block[i] ^ key[i]);
        return block;
    };
    const auto inner_block = padded(0x36), outer_block = padded(0x5c);
    const Digest inner = sha256.of({inner_block.data(), inner_block.size()}, message);
    return sha256.of({outer_block.data(), outer_block.size()}, view_of(inner));
}

}  // namespace gatehouse::signature
