// The devices' side of the program: broker, authentication, gateway.
//
// Lifetimes: built before the loops run, destroyed after they ended.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "authentication/certificate_authenticator.h"
#include "authentication/client_certificate_callback.h"
#include "authentication/credentials_provider.h"
#include "authentication/custom_authorizer.h"
#include "authentication/declared_answerers.h"
#include "authentication/device_authenticator.h"
#include "authentication/registration_listener.h"
#include "authentication/signature_authenticator.h"
#include "base/result.h"
#include "broker/broker.h"
#include "broker/event_loop_port.h"
#include "functions/invoker.h"
#include "gateway/drop_reports.h"
#include "gateway/gateway.h"
#include "gateway/presence_listener.h"
#include "iam/access_judge.h"
#include "iam/accounts.h"
#include "iam/role_sessions.h"
#include "indexing/index_worker.h"
#include "net/name_lookups.h"
#include "registry/authorizers.h"
#include "registry/provisioning_records.h"
#include "registry/role_aliases.h"
#include "server/serve/device_endpoints.h"
#include "server/serve/device_operations.h"
#include "server/serve/foundation.h"
#include "server/serve/just_in_time.h"
#include "server/serve/loops.h"
#include "server/settings.h"

namespace gatehouse::server {

class Devices final : authentication::RegistrationListener, gateway::PresenceListener, Pinned {
public:
    struct Parts {
        const Settings& settings;
        Foundation& foundation;
        Loops& loops;
        const DeviceEndpoints& endpoints;
        registry::Authorizers& authorizers;
        functions::FunctionInvoker& functions;
        const authentication::InvokePermissions& permissions;
        iam::Accounts& accounts;
        iam::AccessJudge& judge;
        iam::RoleSessions& role_sessions;
        registry::RoleAliases& role_aliases;
        registry::Provisionings& provisionings;
        broker::PublishListener& rules;
    };
    // InvalidInput: the policy for anonymous clients, the file of passwords, or that of authorizers
    // cannot be used.
    static Result<std::unique_ptr<Devices>> make(const Parts& parts);
    ~Devices() override;

    gateway::Gateway& gateway() { return *gateway_; }
    authentication::CustomAuthorizer& custom_authorizer() { return *custom_authorizer_; }
    // Reads the file of passwords and its policies again, where there are any. On an error what
    // there is stays.
    Result<void> reload_passwords();
    // The same of the file that declares authorizers.
    Result<void> reload_authorizers();
    // What is on these lists is thrown out, and let in no more. Any thread.
    void take_revocations(certificates::RevocationListsPtr lists);
    // Ends all device connections, on every loop, and refuses those on their way in; what is being
    // provisioned is waited for. From a task on the main loop, as drain().
    async::Task<void> stop();
    // Waits for connections that are being authenticated; they are cut at the deadline.
    async::Task<void> drain(Deadline deadline);

private:
    explicit Devices(const Parts& parts);
    Result<void> declare_authorizers();
    void certificate_waits(const registry::RegisteredCertificate& certificate,
                           authentication::WaitsFor what) override;
    Result<void> start_broker(const Parts& parts);
    void changed(const Tenant& tenant, const gateway::Presence& presence) override;
    void follow_registry();
    void follow_iam();
    template <class Work>
    async::Task<void> on_every_loop(Work work);

    Loops& loops_;
    const Clock& clock_;
    registry::Authorizers& authorizers_;
    const Tenant tenant_;  // whose authorizers are declared
    const std::string authorizers_file_;
    registry::IdentityWatch& watch_;
    indexing::IndexWorker& index_;
    iam::AccessJudge& judge_;
    const SystemClock signing_clock_;
    std::vector<std::unique_ptr<broker::EventLoopPort>> ports_;
    std::unique_ptr<gateway::DropReports> drop_reports_;  // before the broker, which tells it
    std::unique_ptr<broker::Broker> broker_;
    JustInTime just_in_time_;
    std::unique_ptr<authentication::CertificateAuthenticator> certificates_;
    std::unique_ptr<authentication::ClientCertificateCallback> callback_;
    std::unique_ptr<authentication::SignatureAuthenticator> signatures_;
    std::unique_ptr<authentication::CredentialsProvider> credentials_;
    net::NameLookups lookups_;
    async::Snapshot<authentication::DeclaredAnswerers> declared_{
        std::make_shared<const authentication::DeclaredAnswerers>()};
    std::unique_ptr<authentication::CustomAuthorizer> custom_authorizer_;
    std::unique_ptr<authentication::PasswordAuthenticator> passwords_;  // null: there is no file
    std::unique_ptr<authentication::DeviceAuthenticator> authenticator_;
    std::atomic<std::size_t> body_bytes_in_flight_ = 0;  // of HTTP requests
    std::unique_ptr<gateway::Gateway> gateway_;
    std::unique_ptr<DeviceOperations> operations_;
};

}  // namespace gatehouse::server
