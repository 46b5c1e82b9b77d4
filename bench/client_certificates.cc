#include "client_certificates.h"

#include <fmt/format.h>
#include <openssl/pem.h>

#include <chrono>
#include <fstream>
#include <iterator>
#include <string_view>

#include "certificates/issue.h"

namespace gatehouse::bench {
namespace {

std::string text_of(const std::string& file) {
    std::ifstream stream(file);
    return {std::istreambuf_iterator<char>(stream), {}};
}

std::unique_ptr<BIO, net::Freed<BIO_free>> bio_of(std::string_view text) {
    return std::unique_ptr<BIO, net::Freed<BIO_free>>(
        BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

}  // namespace

Result<std::unique_ptr<ClientCertificates>> ClientCertificates::make(
    const std::string& authority_file, const std::string& key_file, std::size_t count) {
    const certificates::AuthorityPem authority{text_of(authority_file), text_of(key_file)};
    const WallTime now = SystemClock().wall_now();
    SystemRandom random;
    std::unique_ptr<ClientCertificates> made(new ClientCertificates);
    for (std::size_t number = 0; number < count; ++number) {
        const certificates::LeafRequest request{
            .common_name = fmt::format("device-{}", number),
            .validity = {now - std::chrono::hours(1), now + std::chrono::hours(24)},
            .purpose = certificates::Purpose::Client};
        auto issued = certificates::issue(authority, request, certificates::NewKey::EcP256, random);
        if (!issued) return fail(std::move(issued.error()));
        const auto certificate = bio_of(issued->certificate_pem);
        const auto key = bio_of(issued->private_key_pem);
        Pair& pair = made->pairs_.emplace_back();
        pair.certificate.reset(PEM_read_bio_X509(certificate.get(), nullptr, nullptr, nullptr));
        pair.key.reset(PEM_read_bio_PrivateKey(key.get(), nullptr, nullptr, nullptr));
    }
    return made;
}

int ClientCertificates::show_next(SSL* ssl, void* certificates) {
    auto& all = *static_cast<ClientCertificates*>(certificates);
    const Pair& pair = all.pairs_[all.next_++ % all.pairs_.size()];
    return SSL_use_certificate(ssl, pair.certificate.get()) == 1 &&
                   SSL_use_PrivateKey(ssl, pair.key.get()) == 1
               ? 1
               : 0;
}

void ClientCertificates::use_in(SSL_CTX* context) {
    SSL_CTX_set_cert_cb(context, show_next, this);
}

}  // namespace gatehouse::bench
