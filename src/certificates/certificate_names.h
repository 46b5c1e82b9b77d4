// What a certificate calls its subject and its issuer, attribute by attribute: the values of AWS
// IoT's policy variables iot:Certificate.Subject.* and iot:Certificate.Issuer.*.
// Source: AWS IoT Developer Guide, "X.509 certificate AWS IoT Core policy variables".
//
// Pure; threads: any.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace gatehouse::certificates {

// "Subject.CommonName", "Issuer.AlternativeName.DNSName": each with its values in the order of the
// certificate; none without a value.
using CertificateNames = std::vector<std::pair<std::string, std::vector<std::string>>>;

// ErrorKind::InvalidInput: no certificate.
Result<CertificateNames> names_in(BytesView certificate_der);

}  // namespace gatehouse::certificates
