#include "certificates/ocsp.h"

#include <fmt/format.h>
#include <openssl/ocsp.h>
#include <openssl/x509v3.h>

#include <chrono>
#include <memory>
#include <utility>

#include "certificates/certificate.h"
#include "certificates/issuer.h"
#include "certificates/openssl.h"

namespace gatehouse::certificates {
namespace {

using OcspRequest = std::unique_ptr<OCSP_REQUEST, Release<OCSP_REQUEST_free>>;
using OcspAnswer = std::unique_ptr<OCSP_RESPONSE, Release<OCSP_RESPONSE_free>>;
using BasicAnswer = std::unique_ptr<OCSP_BASICRESP, Release<OCSP_BASICRESP_free>>;
using CertificateKey = std::unique_ptr<OCSP_CERTID, Release<OCSP_CERTID_free>>;
using Store = std::unique_ptr<X509_STORE, Release<X509_STORE_free>>;

// A clock of a responder may be ahead of ours by this much.
constexpr std::chrono::minutes clock_difference_max(5);

struct FreedStack {
    void operator()(STACK_OF(X509) * stack) const { sk_X509_pop_free(stack, X509_free); }
};
using Stack = std::unique_ptr<STACK_OF(X509), FreedStack>;

openssl::Certificate certificate_in(BytesView der) {
    const unsigned char* at = der.data();
    return openssl::Certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
}

std::unexpected<Error> unproved(std::string_view why) {
    return openssl::failed(ErrorKind::InvalidInput, why);
}

// All that is told of a certificate goes by this.
Result<CertificateKey> key_of(const OcspSubject& subject) {
    const auto certificate = certificate_in(subject.certificate);
    const auto issuer = certificate_in(subject.issuer);
    if (certificate == nullptr || issuer == nullptr) {
        return unproved("the certificate or its issuer's does not read");
    }
    // Responders of today still look certificates up by SHA-1.
    CertificateKey key(OCSP_cert_to_id(nullptr, certificate.get(), issuer.get()));
    if (key == nullptr) return unproved("the certificate cannot be asked about");
    return key;
}

// A stack of one, which holds a reference.
Stack stack_of(BytesView der) {
    Stack stack(sk_X509_new_null());
    auto certificate = certificate_in(der);
    if (stack != nullptr && certificate != nullptr &&
        sk_X509_push(stack.get(), certificate.get()) > 0) {
        (void)certificate.release();
    }
    return stack;
}

// The issuer is trusted by itself, wherever it stands in a chain.
Store store_of(BytesView issuer, WallTime now) {
    Store store(X509_STORE_new());
    const auto certificate = certificate_in(issuer);
    if (store != nullptr && certificate != nullptr) {
        X509_STORE_add_cert(store.get(), certificate.get());
        X509_STORE_set_flags(store.get(), X509_V_FLAG_PARTIAL_CHAIN);
        X509_VERIFY_PARAM_set_time(
            X509_STORE_get0_param(store.get()),
            std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count());
    }
    return store;
}

Result<void> check_signer(OCSP_BASICRESP* answer, const OcspSubject& subject,
                          BytesView authorized_responder, WallTime now) {
    const bool is_by_issuer = authorized_responder.empty();
    const Stack signers = stack_of(is_by_issuer ? BytesView(subject.issuer) : authorized_responder);
    const Store store = store_of(subject.issuer, now);
    // What stands in the response itself counts only where the issuer vouches for it.
    const unsigned long flags = is_by_issuer ? 0 : OCSP_NOINTERN | OCSP_TRUSTOTHER;
    if (OCSP_basic_verify(answer, signers.get(), store.get(), flags) == 1) return {};
    return unproved(is_by_issuer ? "it is signed neither by the certificate's issuer nor by a "
                                   "responder of its"
                                 : "it is not signed by the authorized responder");
}

Result<WallTime> time_in(const ASN1_GENERALIZEDTIME* time) {
    return openssl::time_of(time, "a time in the response");
}

}  // namespace

std::string_view name_of(OcspStatus status) {
    switch (status) {
        case OcspStatus::Good: return "good";
        case OcspStatus::Revoked: return "revoked";
        case OcspStatus::Unknown: return "unknown";
    }
    return "";
}

Result<OcspSubject> ocsp_subject_of(std::string_view chain_pem) {
    constexpr std::string_view begin = "-----BEGIN CERTIFICATE-----";
    auto own = parse_certificate_pem(chain_pem);
    if (!own) return fail(std::move(own.error()));
    if (is_issued_by(own->der, own->der)) {
        return fail(ErrorKind::InvalidInput, "the certificate signed itself");
    }
    std::size_t at = chain_pem.find(begin);
    while ((at = chain_pem.find(begin, at + begin.size())) != chain_pem.npos) {
        auto other = parse_certificate_pem(chain_pem.substr(at));
        if (other && is_issued_by(own->der, other->der)) {
            return OcspSubject{std::move(own->der), std::move(other->der)};
        }
    }
    return fail(ErrorKind::InvalidInput,
                "the certificate's chain does not hold the certificate of its issuer");
}

std::string ocsp_responder_of(BytesView certificate) {
    const auto read = certificate_in(certificate);
    STACK_OF(OPENSSL_STRING)* const urls = read == nullptr ? nullptr : X509_get1_ocsp(read.get());
    std::string url;
    if (urls != nullptr && sk_OPENSSL_STRING_num(urls) > 0) url = sk_OPENSSL_STRING_value(urls, 0);
    X509_email_free(urls);
    ERR_clear_error();
    return url;
}

Result<Bytes> make_ocsp_request(const OcspSubject& subject) {
    auto key = key_of(subject);
    if (!key) return fail(std::move(key.error()));
    const OcspRequest request(OCSP_REQUEST_new());
    if (request == nullptr || OCSP_request_add0_id(request.get(), key->get()) == nullptr) {
        return unproved("no request can be made");
    }
    (void)key->release();  // the request's now
    unsigned char* der = nullptr;
    const int size = i2d_OCSP_REQUEST(request.get(), &der);
    if (size <= 0) return unproved("no request can be made");
    Bytes bytes(der, der + size);
    OPENSSL_free(der);
    return bytes;
}

Result<OcspResponse> prove_ocsp_response(BytesView response, const OcspSubject& subject,
                                         BytesView authorized_responder, WallTime now) {
    const unsigned char* at = response.data();
    const OcspAnswer read(d2i_OCSP_RESPONSE(nullptr, &at, static_cast<long>(response.size())));
    if (read == nullptr || at != response.data() + response.size()) {
        return unproved("it is no OCSP response");
    }
    if (const int status = OCSP_response_status(read.get());
        status != OCSP_RESPONSE_STATUS_SUCCESSFUL) {
        return fail(ErrorKind::Unavailable,
                    fmt::format("the responder answers '{}'", OCSP_response_status_str(status)));
    }
    const BasicAnswer basic(OCSP_response_get1_basic(read.get()));
    if (basic == nullptr) return unproved("it is no basic OCSP response");
    if (auto signer = check_signer(basic.get(), subject, authorized_responder, now); !signer) {
        return fail(std::move(signer.error()));
    }
    const auto key = key_of(subject);
    if (!key) return fail(key.error());
    int status = V_OCSP_CERTSTATUS_UNKNOWN;
    ASN1_GENERALIZEDTIME* this_update = nullptr;
    ASN1_GENERALIZEDTIME* next_update = nullptr;
    if (OCSP_resp_find_status(basic.get(), key->get(), &status, nullptr, nullptr, &this_update,
                              &next_update) != 1) {
        return unproved("it is of another certificate");
    }
    const auto since = time_in(this_update);
    const auto produced = time_in(OCSP_resp_get0_produced_at(basic.get()));
    if (!since || !produced) return unproved("its times do not read");
    OcspResponse told{.status = status == V_OCSP_CERTSTATUS_GOOD      ? OcspStatus::Good
                                : status == V_OCSP_CERTSTATUS_REVOKED ? OcspStatus::Revoked
                                                                      : OcspStatus::Unknown,
                      .this_update = *since,
                      .produced_at = *produced};
    if (next_update != nullptr) {
        const auto until = time_in(next_update);
        if (!until) return unproved("its times do not read");
        told.next_update = *until;
    }
    if (told.this_update > now + clock_difference_max) return unproved("it does not hold yet");
    if (told.next_update && *told.next_update <= now) return unproved("it has run out");
    return told;
}

}  // namespace gatehouse::certificates
