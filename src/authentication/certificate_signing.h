// Certificates for signing requests: from the function of the account's certificate provider, if it
// has one, and else from this server's own authority.
//
// Source: AWS IoT Core Developer Guide, "Self-managed certificate signing using AWS IoT Core
// certificate provider": what the function is given, and that it answers {"certificatePem": …}. It
// names no time for the answer, nor what a failure means to who asked. Here it has as long as a
// custom authorizer, and nobody gets a certificate without a proper answer; one for another key
// than the request's, or of an authority, is none.
//
// Threads: any loop.
#pragma once

#include <string>

#include "async/task.h"
#include "async/worker_pool.h"
#include "authentication/called_function.h"
#include "base/clock.h"
#include "base/deadline.h"
#include "base/pinned.h"
#include "base/profile.h"
#include "base/result.h"
#include "certificates/local_authority.h"
#include "functions/invoker.h"
#include "registry/certificate_provider_records.h"

namespace gatehouse::authentication {

class CertificateSigning : Pinned {
public:
    // All must outlive it.
    struct Parts {
        const Clock& clock;
        functions::FunctionInvoker& functions;
        const InvokePermissions& permissions;
        registry::CertificateProviders& providers;
        certificates::LocalAuthority& authority;
        async::WorkerPool& workers;
    };
    struct Request {
        Tenant tenant;
        std::string pem;           // PKCS #10
        std::string principal_id;  // who asks: a certificate's id, or an IAM identity's
        std::string client_id;     // of the MQTT connection; empty: asked over HTTP
    };

    CertificateSigning(const Profile& profile, const Parts& parts)
        : profile_(profile), parts_(parts) {}

    // The certificate as PEM. InvalidInput: the request does not read, or the function failed or
    // answered nothing that can be used; NotAllowed: the function may not be called; Unavailable:
    // try again. All say which provider's function it was.
    async::Task<Result<std::string>> sign(Request request, Deadline deadline);

private:
    struct Call;
    async::Task<Result<std::string>> sign_here(std::string request_pem);
    async::Task<Result<std::string>> ask(Call call, Deadline deadline);
    Result<void> check_permission(const Call& call) const;
    async::Task<Result<std::string>> check_answer(const Call& call, std::string answer);

    const Profile profile_;
    const Parts parts_;
};

}  // namespace gatehouse::authentication
