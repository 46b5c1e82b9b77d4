// Who signed a certificate, and for whose request; and certificates as texts, whole ones and
// single.
//
// Pure; threads: any.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "certificates/certificate.h"

namespace gatehouse::certificates {

// Whether the authority signed the certificate itself: names and key identifiers fit, the
// authority may sign certificates, and its key verifies the signature. Both in DER; false, too,
// when one of them does not read. Their validity is the caller's to judge.
bool is_issued_by(BytesView certificate, BytesView authority);

// Whether a certificate (DER) is for the key of a signing request. ErrorKind::InvalidInput when one
// of them does not read.
Result<bool> is_for_request(BytesView certificate, std::string_view request_pem);

// A DER certificate as PEM. ErrorKind::InvalidInput.
Result<std::string> pem_of(BytesView der);

// A PEM text that holds one certificate and nothing else. ErrorKind::InvalidInput.
Result<Certificate> parse_single_certificate_pem(std::string_view pem);

}  // namespace gatehouse::certificates
