#include "load/client_tls.h"

#include <fmt/format.h>
#include <openssl/err.h>

namespace gatehouse::load {
namespace {

std::unexpected<Error> unusable(std::string_view what, const std::string& file) {
    const char* const reason = ERR_reason_error_string(ERR_peek_error());
    std::string message = fmt::format("the {} in {} cannot be used: {}", what, file,
                                      reason != nullptr ? reason : "there is none");
    ERR_clear_error();
    return fail(ErrorKind::InvalidInput, std::move(message));
}

}  // namespace

Result<ClientContext> make_client_context(const ClientTls& wish) {
    ClientContext context(SSL_CTX_new(TLS_client_method()));
    if (!context) return fail(ErrorKind::Internal, "OpenSSL gives no client context");
    SSL_CTX* const all = context.get();
    SSL_CTX_set_session_cache_mode(all, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_mode(all, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                              SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    if (wish.verify == ClientTls::Verify::Yes) {
        SSL_CTX_set_verify(all, SSL_VERIFY_PEER, nullptr);
        if (wish.ca_file.empty()) {
            SSL_CTX_set_default_verify_paths(all);
        } else if (SSL_CTX_load_verify_locations(all, wish.ca_file.c_str(), nullptr) != 1) {
            return unusable("CA", wish.ca_file);
        }
    }
    if (wish.certificate_file.empty()) return context;
    if (SSL_CTX_use_certificate_chain_file(all, wish.certificate_file.c_str()) != 1) {
        return unusable("certificate", wish.certificate_file);
    }
    if (SSL_CTX_use_PrivateKey_file(all, wish.key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
        return unusable("key", wish.key_file);
    }
    return context;
}

}  // namespace gatehouse::load
