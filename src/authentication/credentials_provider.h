// The credentials provider: whether a certificate, its thing and its policies allow what a device
// asks for, and a session of the role alias' role where they do.
//
// Source: AWS IoT Developer Guide, "Authorizing direct calls to AWS services using AWS IoT Core
// credential provider"; the messages are those that AWS answers.
//
// Threads: any loop.
#pragma once

#include <expected>
#include <memory>
#include <string_view>

#include "authentication/certificate_authenticator.h"
#include "authentication/client_certificate_callback.h"
#include "authentication/device_keys.h"
#include "base/pinned.h"
#include "iam/role_sessions.h"
#include "iam/temporary_keys.h"
#include "registry/role_aliases.h"

namespace gatehouse::authentication {

// The service that roles have to trust.
inline constexpr std::string_view credentials_provider_service = "credentials.iot.amazonaws.com";

class CredentialsProvider final : public DeviceKeys, Pinned {
public:
    struct Parts {
        CertificateAuthenticator& certificates;
        ClientCertificateCallback& callback;
        registry::RoleAliases& role_aliases;
        iam::RoleSessions& sessions;
        iam::TemporaryKeys& keys;
    };
    // The parts must outlive it.
    explicit CredentialsProvider(const Parts& parts) : parts_(parts) {}

    async::Task<DeviceKeyAnswer> provide(std::shared_ptr<const Credentials> credentials,
                                         registry::RoleAliasName alias,
                                         logs::TraceStore::Recorder trace) override;

private:
    async::Task<std::expected<DeviceKey, DeviceKeyRefusal>> assume(
        const Credentials& credentials, const registry::RoleAlias& alias,
        const CertificateAuthenticator::Known& known);

    const Parts parts_;
};

}  // namespace gatehouse::authentication
