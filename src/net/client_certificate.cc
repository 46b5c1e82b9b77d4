#include "net/client_certificate.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "net/openssl_handle.h"

namespace gatehouse::net {
namespace {

using PemText = std::unique_ptr<BIO, Freed<BIO_free>>;
using ShownCertificate = std::unique_ptr<X509, Freed<X509_free>>;
using ProvingKey = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;

PemText pem_text(const std::string& pem) {
    return PemText(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

// Nobody is asked for the passphrase of a key.
int no_passphrase(char*, int, int, void*) {
    return -1;
}

std::unexpected<Error> unusable(const char* what) {
    ERR_clear_error();
    return fail(ErrorKind::InvalidInput, what);
}

}  // namespace

Result<std::shared_ptr<const TlsTrust>> with_client_certificate(
    std::shared_ptr<const TlsTrust> trust, const std::string& chain_pem,
    const std::string& key_pem) {
    SSL_CTX* const context = trust->context();
    const PemText chain = pem_text(chain_pem);
    const ShownCertificate own(PEM_read_bio_X509(chain.get(), nullptr, nullptr, nullptr));
    if (!own || SSL_CTX_use_certificate(context, own.get()) != 1) {
        return unusable("the certificate file holds no certificate that can be read");
    }
    while (true) {
        const ShownCertificate next(PEM_read_bio_X509(chain.get(), nullptr, nullptr, nullptr));
        if (!next) break;
        if (SSL_CTX_add1_chain_cert(context, next.get()) != 1) {
            return unusable("the certificates behind the first cannot be used");
        }
    }
    ERR_clear_error();  // the end of the text reads as an error
    const PemText key_text = pem_text(key_pem);
    const ProvingKey key(PEM_read_bio_PrivateKey(key_text.get(), nullptr, &no_passphrase, nullptr));
    if (!key) return unusable("the private key file holds no key that can be read");
    if (SSL_CTX_use_PrivateKey(context, key.get()) != 1) {
        return unusable("the private key is not that of the certificate");
    }
    return trust;
}

}  // namespace gatehouse::net
