#include "net/tls_identity.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "net/openssl_error.h"
#include "net/openssl_handle.h"

namespace gatehouse::net {
namespace {

using Bio = std::unique_ptr<BIO, Freed<BIO_free>>;

Bio bio_of(std::string_view text) {
    return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::unexpected<Error> unusable_certificate() {
    return fail(ErrorKind::InvalidInput,
                "the server certificate cannot be used: " + openssl_error());
}

}  // namespace

Result<TlsIdentity> TlsIdentity::read(std::string_view chain_pem, std::string_view key_pem) {
    TlsIdentity identity;
    const Bio chain = bio_of(chain_pem);
    while (X509* const certificate = PEM_read_bio_X509(chain.get(), nullptr, nullptr, nullptr)) {
        identity.chain_.emplace_back(certificate, X509_free);
    }
    // The end of the chain reads as an error, too.
    const bool is_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    if (identity.chain_.empty() || !is_end) return unusable_certificate();
    ERR_clear_error();
    // Without one OpenSSL asks the terminal for that of an encrypted key.
    char no_passphrase[] = "";
    const Bio key_text = bio_of(key_pem);
    EVP_PKEY* const key = PEM_read_bio_PrivateKey(key_text.get(), nullptr, nullptr, no_passphrase);
    if (key == nullptr) {
        return fail(ErrorKind::InvalidInput,
                    "the server's private key cannot be used: " + openssl_error());
    }
    identity.key_ = std::shared_ptr<EVP_PKEY>(key, EVP_PKEY_free);
    return identity;
}

Result<void> TlsIdentity::show_in(SSL_CTX* context) const {
    if (chain_.empty()) return fail(ErrorKind::InvalidInput, "there is no server certificate");
    if (SSL_CTX_use_certificate(context, chain_.front().get()) != 1) return unusable_certificate();
    for (std::size_t i = 1; i < chain_.size(); ++i) {
        if (SSL_CTX_add1_chain_cert(context, chain_[i].get()) != 1) return unusable_certificate();
    }
    if (SSL_CTX_use_PrivateKey(context, key_.get()) != 1) {
        return fail(ErrorKind::InvalidInput,
                    "the server's private key does not fit its certificate: " + openssl_error());
    }
    return {};
}

}  // namespace gatehouse::net
