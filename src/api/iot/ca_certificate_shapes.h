// CA certificates between the API's shapes and the registry's values.
#pragma once

#include <optional>

#include "api/shapes/iot/types/ca_certificate.h"
#include "api/shapes/iot/types/ca_certificate_description.h"
#include "api/shapes/iot/types/registration_config.h"
#include "api/shapes/iot/update_ca_certificate.h"
#include "registry/ca_certificate_records.h"

namespace gatehouse::api::iot {

registry::CaStatus ca_status_when_made(std::optional<bool> set_as_active);
registry::RegistrationConfig config_of(RegistrationConfig config);
RegistrationConfig shape_of(const registry::RegistrationConfig& config);
CACertificateDescription description_of(const registry::CaCertificate& certificate);
CACertificate summary_of(const registry::CaCertificate& certificate);
registry::CaCertificateChange change_of(const UpdateCACertificateRequest& request);

}  // namespace gatehouse::api::iot
