#include "registry/registered_certificate.h"

#include <algorithm>

#include "base/arn.h"

namespace gatehouse::registry {

const AccountId& RegisteredCertificate::owner() const {
    return is_incoming() ? transfer->from : tenant.account;
}

bool RegisteredCertificate::is_incoming() const {
    return status == CertificateStatus::PendingTransfer && transfer &&
           transfer->to == tenant.account;
}

bool RegisteredCertificate::is_outgoing() const {
    return status == CertificateStatus::PendingTransfer && !is_incoming();
}

std::string RegisteredCertificate::arn() const {
    return arn_of(tenant, id);
}

std::string arn_of(const Tenant& tenant, const CertificateId& id) {
    return make_arn(tenant, "iot", "cert/" + id.value());
}

CertificateId certificate_id_of_text(std::string_view text) {
    std::string id(text);
    std::ranges::transform(id, id.begin(), [](char c) {
        return c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c;
    });
    return CertificateId(std::move(id));
}

}  // namespace gatehouse::registry
