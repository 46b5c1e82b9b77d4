// Certificates between the API's shapes and the registry's values.
#pragma once

#include <optional>

#include "api/shapes/iot/types/certificate.h"
#include "api/shapes/iot/types/certificate_description.h"
#include "api/shapes/iot/types/outgoing_certificate.h"
#include "api/wire/failure.h"
#include "base/result.h"
#include "registry/registered_certificate.h"

namespace gatehouse::api::iot {

registry::CertificateStatus status_of(CertificateStatus status);
CertificateMode shape_of(registry::CertificateMode mode);
registry::CertificateMode mode_of(CertificateMode mode);
// Of a certificate that is issued here.
registry::CertificateStatus status_when_made(std::optional<bool> set_as_active);
CertificateDescription description_of(const registry::RegisteredCertificate& certificate);
Certificate summary_of(const registry::RegisteredCertificate& certificate);
OutgoingCertificate outgoing_of(const registry::RegisteredCertificate& certificate);
// A signing request that is none is the client's fault; else it is ours.
std::unexpected<wire::Failure> failure_of_issuing(const Error& error);

}  // namespace gatehouse::api::iot
