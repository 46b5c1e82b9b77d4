// The authenticator of the device doors: sends each client to the way in that it asks for.
//
// Threads: any loop.
#pragma once

#include <memory>
#include <vector>

#include "async/snapshot.h"
#include "authentication/anonymous_identities.h"
#include "authentication/authenticator.h"
#include "authentication/certificate_authenticator.h"
#include "authentication/client_certificate_callback.h"
#include "authentication/custom_authorizer.h"
#include "authentication/password_authenticator.h"
#include "authentication/signature_authenticator.h"
#include "policy/document.h"
#include "registry/authorizer_directory.h"

namespace gatehouse::authentication {

struct AnonymousSettings {
    // Whether clients without any credentials come in; the profile may still say never.
    bool allowed = false;
    // What they may do.
    std::vector<policy::DocumentPointer> documents;
};

class DeviceAuthenticator final : public Authenticator {
public:
    // The others must outlive it. `passwords` may be null: there is no file of them.
    DeviceAuthenticator(CertificateAuthenticator& certificates, ClientCertificateCallback& callback,
                        SignatureAuthenticator& signatures, CustomAuthorizer& custom,
                        PasswordAuthenticator* passwords,
                        const async::Snapshot<registry::AuthorizerDirectory>& directory,
                        const AnonymousSettings& anonymous, const Clock& clock)
        : certificates_(certificates),
          callback_(callback),
          signatures_(signatures),
          custom_(custom),
          passwords_(passwords),
          directory_(directory),
          anonymous_allowed_(anonymous.allowed),
          anonymous_identities_(anonymous.documents, clock) {}

    async::Task<AuthenticationResult> authenticate(std::shared_ptr<const Credentials> credentials,
                                                   IsLetIn is_let_in,
                                                   logs::TraceStore::Recorder trace,
                                                   Deadline deadline) override;
    async::Task<AuthenticationResult> refresh(std::shared_ptr<const Credentials> credentials,
                                              IdentityPtr present, logs::TraceStore::Recorder trace,
                                              Deadline deadline) override;
    async::Task<AuthenticationResult> recall(AbsentClient client, Deadline deadline) override;
    bool is_outdated(const Identity& identity, const Tenant& tenant,
                     std::string_view client_id) const override {
        if (identity.is_of_iam()) return signatures_.is_outdated(identity, tenant.account);
        return identity.is_of_registry() && certificates_.is_outdated(identity, tenant, client_id);
    }
    std::optional<Refusal> signature_refusal(const Credentials& credentials) const override;

private:
    // Where the domain configuration says how clients prove who they are.
    async::Task<AuthenticationResult> authenticate_by_domain(
        std::shared_ptr<const Credentials> credentials, IsLetIn is_let_in,
        logs::TraceStore::Recorder trace, Deadline deadline);
    async::Task<AuthenticationResult> ask_about_certificate(
        std::shared_ptr<const Credentials> credentials, logs::TraceStore::Recorder trace,
        Deadline deadline);
    async::Task<AuthenticationResult> ask_both(std::shared_ptr<const Credentials> credentials,
                                               IsLetIn is_let_in, logs::TraceStore::Recorder trace,
                                               Deadline deadline);
    async::Task<AuthenticationResult> ask_authorizer(std::shared_ptr<const Credentials> credentials,
                                                     IsLetIn is_let_in,
                                                     logs::TraceStore::Recorder trace,
                                                     Deadline deadline);
    async::Task<AuthenticationResult> refresh_both(std::shared_ptr<const Credentials> credentials,
                                                   logs::TraceStore::Recorder trace,
                                                   Deadline deadline);
    bool is_for_certificate(const Credentials& credentials) const;

    CertificateAuthenticator& certificates_;
    ClientCertificateCallback& callback_;
    SignatureAuthenticator& signatures_;
    CustomAuthorizer& custom_;
    PasswordAuthenticator* const passwords_;
    const async::Snapshot<registry::AuthorizerDirectory>& directory_;
    const bool anonymous_allowed_;
    AnonymousIdentities anonymous_identities_;
};

}  // namespace gatehouse::authentication
