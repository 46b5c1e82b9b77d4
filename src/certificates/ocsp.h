// What an OCSP responder is asked about a certificate, and what its answer says once it is proved.
//
// Source: RFC 6960.
// Pure; threads: any.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/result.h"

namespace gatehouse::certificates {

// A certificate and that of the authority that signed it, in DER.
struct OcspSubject {
    Bytes certificate;
    Bytes issuer;

    bool operator==(const OcspSubject&) const = default;
};

// Of a chain in PEM, the certificate first: its issuer is one of the others. InvalidInput: none is,
// or it signed itself.
Result<OcspSubject> ocsp_subject_of(std::string_view chain_pem);

// The URL of the first responder that the certificate names (authority information access); empty:
// none.
std::string ocsp_responder_of(BytesView certificate);

// In DER, without a nonce: what answers it is for everybody. InvalidInput.
Result<Bytes> make_ocsp_request(const OcspSubject& subject);

enum class OcspStatus : std::uint8_t { Good, Revoked, Unknown };
// "good", "revoked", "unknown".
std::string_view name_of(OcspStatus status);

struct OcspResponse {
    OcspStatus status = OcspStatus::Unknown;
    WallTime this_update{};
    std::optional<WallTime> next_update;  // empty: newer information is always there
    WallTime produced_at{};
};

// Proves a response, in DER: it is of this certificate, holds now, and was signed by its issuer or
// by whom that lets sign for it (RFC 6960, 4.2.2.2); with `authorized_responder` (DER, may be
// empty) by that certificate alone. InvalidInput; Unavailable: the responder answers that it does
// not know now.
Result<OcspResponse> prove_ocsp_response(BytesView response, const OcspSubject& subject,
                                         BytesView authorized_responder, WallTime now);

}  // namespace gatehouse::certificates
