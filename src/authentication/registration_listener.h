// Told of devices whose certificates are registered, and wait for what makes them ACTIVE.
#pragma once

#include "registry/registered_certificate.h"

namespace gatehouse::authentication {

// Somebody who activates the certificate, or the template of its CA.
enum class WaitsFor : bool { Activation, Provisioning };

class RegistrationListener {
public:
    virtual ~RegistrationListener() = default;

    // A device connected with a certificate that its CA registered and that is PENDING_ACTIVATION:
    // just now, or it came again. On the connection's loop.
    virtual void certificate_waits(const registry::RegisteredCertificate& certificate,
                                   WaitsFor what) = 0;
};

}  // namespace gatehouse::authentication
