#include "api/iot/accept_certificate_transfer.h"
#include "api/iot/cancel_certificate_transfer.h"
#include "api/iot/certificate_providers.h"
#include "api/iot/create_certificate_from_csr.h"
#include "api/iot/create_keys_and_certificate.h"
#include "api/iot/delete_ca_certificate.h"
#include "api/iot/delete_certificate.h"
#include "api/iot/delete_registration_code.h"
#include "api/iot/describe_ca_certificate.h"
#include "api/iot/describe_certificate.h"
#include "api/iot/get_registration_code.h"
#include "api/iot/list_ca_certificates.h"
#include "api/iot/list_certificates.h"
#include "api/iot/list_certificates_by_ca.h"
#include "api/iot/list_outgoing_certificates.h"
#include "api/iot/operations.h"
#include "api/iot/register_ca_certificate.h"
#include "api/iot/register_certificate.h"
#include "api/iot/register_certificate_without_ca.h"
#include "api/iot/reject_certificate_transfer.h"
#include "api/iot/transfer_certificate.h"
#include "api/iot/update_ca_certificate.h"
#include "api/iot/update_certificate.h"

namespace gatehouse::api {
namespace {

void serve_certificates(Service& service, const IotParts& parts) {
    service.handle(iot::CreateCertificateFromCsr{parts.certificates, parts.signing})
        .handle(iot::CreateKeysAndCertificate{parts.certificates, parts.authority, parts.workers})
        .handle(iot::DeleteCertificate{parts.certificates})
        .handle(iot::DescribeCertificate{parts.certificates})
        .handle(iot::ListCertificates{parts.certificates})
        .handle(iot::ListCertificatesByCA{parts.certificates})
        .handle(iot::RegisterCertificate{parts.certificates})
        .handle(iot::RegisterCertificateWithoutCA{parts.certificates})
        .handle(iot::UpdateCertificate{parts.certificates});
}

void serve_ca_certificates(Service& service, const IotParts& parts) {
    service.handle(iot::DeleteCACertificate{parts.ca_certificates})
        .handle(iot::DeleteRegistrationCode{parts.ca_certificates})
        .handle(iot::DescribeCACertificate{parts.ca_certificates})
        .handle(iot::GetRegistrationCode{parts.ca_certificates})
        .handle(iot::ListCACertificates{parts.ca_certificates})
        .handle(iot::RegisterCACertificate{parts.ca_certificates})
        .handle(iot::UpdateCACertificate{parts.ca_certificates});
}

void serve_providers(Service& service, const IotParts& parts) {
    service.handle(iot::CreateCertificateProvider{parts.certificate_providers})
        .handle(iot::DeleteCertificateProvider{parts.certificate_providers})
        .handle(iot::DescribeCertificateProvider{parts.certificate_providers})
        .handle(iot::ListCertificateProviders{parts.certificate_providers})
        .handle(iot::UpdateCertificateProvider{parts.certificate_providers});
}

void serve_transfers(Service& service, const IotParts& parts) {
    service.handle(iot::AcceptCertificateTransfer{parts.transfers})
        .handle(iot::CancelCertificateTransfer{parts.transfers})
        .handle(iot::ListOutgoingCertificates{parts.transfers})
        .handle(iot::RejectCertificateTransfer{parts.transfers})
        .handle(iot::TransferCertificate{parts.transfers});
}

}  // namespace

void add_certificate_operations(Service& service, const IotParts& parts) {
    serve_certificates(service, parts);
    serve_ca_certificates(service, parts);
    serve_providers(service, parts);
    serve_transfers(service, parts);
}

}  // namespace gatehouse::api
