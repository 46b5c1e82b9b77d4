// Asks OCSP responders about the certificates of domain configurations that want it
// (enableOCSPCheck), so that handshakes can staple the answers: the responder that the certificate
// names, over HTTP, or a function of the account's in its place (ocspLambdaArn).
//
// Each is asked every hour, earlier where its answer holds for less, and sooner after a failure;
// the newest answer that was proved is stapled until shortly before it runs out. Each question is a
// record RetrieveOCSPStapleData.
//
// Source: AWS IoT Core Developer Guide, "Server certificate configuration for OCSP stapling", from
// which are the hour and the 4 KiB of an answer. Unlike AWS, it takes answers that are signed by a
// responder for which the issuer vouches (RFC 6960, 4.2.2.2), and responders in private networks.
//
// Threads: the main loop.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "async/event_loop.h"
#include "async/task_group.h"
#include "authentication/called_function.h"
#include "base/pinned.h"
#include "base/profile.h"
#include "functions/invoker.h"
#include "logs/event_sink.h"
#include "logs/level.h"
#include "net/http_endpoint.h"
#include "net/name_lookups.h"
#include "server/serve/device_domains.h"
#include "server/serve/stapled_domain.h"

namespace gatehouse::server {

class OcspStapling : Pinned {
public:
    struct Parts {
        async::EventLoop& loop;
        const Clock& clock;
        const DeviceDomains& domains;
        functions::FunctionInvoker& functions;
        const authentication::InvokePermissions& permissions;
        MissingPermission missing_permission = MissingPermission::InvokeAndExplain;
        logs::EventSink& events;
        const logs::LevelResolver& levels;
    };
    // All must outlive it.
    explicit OcspStapling(const Parts& parts);

    // Once the loop runs, until stop().
    void start() {
        parts_.loop.post([this] { look(); });
    }
    // Whom it asks over HTTP is waited for no longer; functions have to be stopped, too.
    async::Task<void> stop();

private:
    struct Asked {
        SteadyTime next{};
        unsigned failures = 0;  // in a row
        bool is_under_way = false;
    };
    // What became of one question.
    struct Outcome {
        std::string responder;  // URL or ARN
        std::optional<unsigned> http_status;
        std::string certificate_id;
        Result<certificates::OcspResponse> told = fail(ErrorKind::Internal, "nobody was asked");
        std::string note;  // what AWS would have refused
    };

    void look();
    void follow();
    async::Task<void> ask(std::shared_ptr<StapledDomain> domain);
    async::Task<Result<Bytes>> retrieve(const StapledDomain& domain, Outcome& outcome);
    async::Task<Result<Bytes>> ask_responder(const StapledDomain& domain, const Bytes& request,
                                             Outcome& outcome);
    async::Task<Result<Bytes>> ask_function(const StapledDomain& domain, const Bytes& request,
                                            Outcome& outcome);
    SteadyTime next_after(const Outcome& outcome, unsigned failures) const;
    void report(const StapledDomain& domain, const Outcome& outcome) const;

    const Parts parts_;
    net::NameLookups lookups_;
    std::map<std::shared_ptr<StapledDomain>, Asked> asked_;
    std::shared_ptr<const std::vector<std::shared_ptr<StapledDomain>>> followed_;
    std::map<const StapledDomain*, std::shared_ptr<net::HttpEndpoint>> endpoints_;  // in use
    std::size_t under_way_ = 0;
    bool is_stopping_ = false;
    async::TaskGroup tasks_;
    async::FunctionTimer timer_;
};

}  // namespace gatehouse::server
