#include "certificates/openssl.h"

#include <fmt/format.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <ctime>

namespace gatehouse::certificates::openssl {
namespace {

Bio reader(std::string_view text) {
    return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

Result<std::string> content(const Bio& bio, int written, std::string_view what) {
    if (written != 1) return failed(ErrorKind::Internal, what);
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &data);
    return std::string(data, static_cast<std::size_t>(size));
}

// Without it OpenSSL asks the terminal for the passphrase of an encrypted key.
int no_passphrase(char*, int, int, void*) {
    return 0;
}

// Asked between the candidates for a prime.
int goes_on(EVP_PKEY_CTX* context) {
    const auto* const stop = static_cast<std::stop_token*>(EVP_PKEY_CTX_get_app_data(context));
    return stop->stop_requested() ? 0 : 1;
}

constexpr std::size_t pem_bytes_max = 1024 * 1024;

}  // namespace

std::unexpected<Error> failed(ErrorKind kind, std::string_view what) {
    const unsigned long code = ERR_peek_last_error();
    ERR_clear_error();
    if (code == 0) return fail(kind, std::string(what));
    const char* reason = ERR_reason_error_string(code);
    return fail(kind, fmt::format("{} ({})", what, reason == nullptr ? "unknown reason" : reason));
}

Result<Key> make_rsa_key(const std::stop_token& stop) {
    constexpr int bits = 2048;
    const std::unique_ptr<EVP_PKEY_CTX, Release<EVP_PKEY_CTX_free>> context(
        EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
    EVP_PKEY* made = nullptr;
    if (context != nullptr && EVP_PKEY_keygen_init(context.get()) == 1 &&
        EVP_PKEY_CTX_set_rsa_keygen_bits(context.get(), bits) == 1) {
        std::stop_token asked = stop;
        EVP_PKEY_CTX_set_app_data(context.get(), &asked);
        EVP_PKEY_CTX_set_cb(context.get(), &goes_on);
        EVP_PKEY_generate(context.get(), &made);
    }
    if (made == nullptr) return failed(ErrorKind::Internal, "cannot make an RSA key");
    return Key(made);
}

Result<Certificate> read_certificate(std::string_view pem) {
    if (pem.size() > pem_bytes_max) return fail(ErrorKind::TooLarge, "the certificate is too long");
    const Bio bio = reader(pem);
    Certificate read(PEM_read_bio_X509(bio.get(), nullptr, no_passphrase, nullptr));
    if (read == nullptr) {
        return failed(ErrorKind::InvalidInput, "the text is not a PEM certificate");
    }
    return read;
}

Result<Request> read_request(std::string_view pem) {
    if (pem.size() > pem_bytes_max) return fail(ErrorKind::TooLarge, "the request is too long");
    const Bio bio = reader(pem);
    Request read(PEM_read_bio_X509_REQ(bio.get(), nullptr, no_passphrase, nullptr));
    if (read == nullptr) {
        return failed(ErrorKind::InvalidInput, "the text is not a PEM certificate signing request");
    }
    return read;
}

Result<Key> read_private_key(std::string_view pem) {
    if (pem.size() > pem_bytes_max) return fail(ErrorKind::TooLarge, "the key is too long");
    const Bio bio = reader(pem);
    Key read(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
    if (read == nullptr)
        return failed(ErrorKind::InvalidInput, "the text is not a PEM private key");
    return read;
}

Result<WallTime> time_of(const ASN1_TIME* time, std::string_view what) {
    std::tm fields{};
    if (ASN1_TIME_to_tm(time, &fields) != 1) {
        return failed(ErrorKind::InvalidInput, fmt::format("{} is not a time", what));
    }
    return WallTime(std::chrono::seconds(::timegm(&fields)));
}

Result<std::string> to_pem(X509& certificate) {
    const Bio bio(BIO_new(BIO_s_mem()));
    return content(bio, PEM_write_bio_X509(bio.get(), &certificate), "cannot write a certificate");
}

Result<std::string> to_pem(X509_REQ& request) {
    const Bio bio(BIO_new(BIO_s_mem()));
    return content(bio, PEM_write_bio_X509_REQ(bio.get(), &request), "cannot write a request");
}

Result<std::string> private_key_to_pem(EVP_PKEY& key) {
    const Bio bio(BIO_new(BIO_s_secmem()));
    const int written =
        EVP_PKEY_get_base_id(&key) == EVP_PKEY_RSA
            ? PEM_write_bio_PrivateKey_traditional(bio.get(), &key, nullptr, nullptr, 0, nullptr,
                                                   nullptr)
            : PEM_write_bio_PKCS8PrivateKey(bio.get(), &key, nullptr, nullptr, 0, nullptr, nullptr);
    return content(bio, written, "cannot write a private key");
}

Result<std::string> public_key_to_pem(EVP_PKEY& key) {
    const Bio bio(BIO_new(BIO_s_mem()));
    return content(bio, PEM_write_bio_PUBKEY(bio.get(), &key), "cannot write a public key");
}

bool key_fits(X509& certificate, std::string_view key_pem) {
    const auto key = read_private_key(key_pem);
    if (!key) return false;
    const bool fits = X509_check_private_key(&certificate, key->get()) == 1;
    ERR_clear_error();
    return fits;
}

}  // namespace gatehouse::certificates::openssl
