// The API port: every AWS service and our own, over HTTP.
//
// A request's way, in this order: request id, Host and Origin, open endpoints, whose signature,
// which service, body limit, proof of the signature, tenant, operation, permission, decode,
// handler, encode.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "api/access.h"
#include "api/origin_guard.h"
#include "api/service.h"
#include "async/worker_pool.h"
#include "base/random.h"
#include "iam/access_judge.h"
#include "net/http.h"

namespace gatehouse::api {

// Something everybody may GET without a signature: /health, /ready, /ca.pem.
struct OpenEndpoint {
    std::string path;  // with a '/' at its end: and everything below
    std::function<async::Task<net::HttpResponse>(net::HttpRequest)> answer;
    // What is signed there is a call of an operation, judged and told like any other.
    bool is_operation_if_signed = false;

    bool is_for(std::string_view requested) const {
        return path.ends_with('/') ? requested.starts_with(path) : requested == path;
    }
};

// What became of one call, for the log and the metrics.
struct CallRecord {
    std::string request_id;
    std::string_view service;    // "iot"; empty when none was found
    std::string_view operation;  // "CreateAuthorizer"; empty when none was found
    std::string principal;       // empty when the caller is not known
    unsigned status = 0;
    std::string_view error;  // "ResourceNotFoundException"; empty on success
    std::chrono::microseconds took{0};
};

// What an operation answered, as it goes out.
net::HttpResponse to_http(wire::ResponseParts parts, std::string_view request_id);

struct ApiSettings {
    AccessSettings access;
    // Names this server answers to, beside addresses and localhost.
    OriginGuard::Names host_names;
};

// Everything the Api works with; it must outlive the Api.
struct ApiParts {
    const signature::KeyLookup& keys;
    const Clock& clock;
    Random& random;  // any thread
    async::WorkerPool& workers;
    // Lets the account of a caller who was believed, not proved (AuthMode::Any), come into being
    // if there is none yet; LimitExceeded when there are too many. May be empty.
    std::function<async::Task<Result<void>>(AccountId)> admit_account;
    // Whether a caller who is not root may do what the call does. Empty: nothing.
    std::function<async::Task<Result<::gatehouse::iam::Verdict>>(::gatehouse::iam::AccessQuestion)>
        judge;
    // Called at the end of every call, on its loop. May be empty.
    std::function<void(const CallRecord&)> on_call;
};

// Threads: immutable after construction, but for the count of named accounts; any loop.
class Api final : public net::Routes {
public:
    Api(ApiSettings settings, ApiParts parts, std::vector<Service> services,
        std::vector<OpenEndpoint> open_endpoints);

    async::Task<net::HttpResponse> handle(net::HttpRequest request, const net::PeerFacts& peer,
                                          Deadline deadline) override;
    net::HttpResponse refuse_request(unsigned status, std::string sentence) const override;

    const ServiceTable& services() const { return services_; }

    // The same at the doors of the devices, which say by host name and signature who may come: no
    // endpoint is open there, and nobody is believed (AuthMode::Any).
    net::Routes& at_doors() { return at_doors_; }

private:
    struct Call;
    class AtDoors final : public net::Routes {
    public:
        explicit AtDoors(Api& api) : api_(api) {}
        async::Task<net::HttpResponse> handle(net::HttpRequest request, const net::PeerFacts& peer,
                                              Deadline deadline) override;
        net::HttpResponse refuse_request(unsigned status, std::string sentence) const override {
            return api_.refuse_request(status, std::move(sentence));
        }

    private:
        Api& api_;
    };

    Call begin(net::HttpRequest request) const;
    net::HttpResponse end(Call& call, net::HttpResponse response) const;
    async::Task<net::HttpResponse> answer_signed(Call& call, const net::PeerFacts& peer,
                                                 Deadline deadline);
    async::Task<wire::ResponseParts> answer_always(Call& call);
    async::Task<wire::ResponseParts> answer(Call& call);
    const OpenEndpoint* open(const net::HttpRequest& request) const;
    async::Task<std::expected<Caller, AccessRefusal>> admit(Call& call,
                                                            const signature::Claim& claim);
    async::Task<wire::ResponseParts> serve(Call& call, const Service& service);
    // The refusal, if the caller may not do this.
    async::Task<std::optional<wire::ResponseParts>> forbid(Call& call, const Service& service,
                                                           const wire::Operation& operation,
                                                           const wire::RequestParts& parts);
    static std::optional<wire::RouteMatch> route(Call& call, const Service& service,
                                                 const wire::Fields& query);

    const ApiParts parts_;
    const OriginGuard origin_guard_;
    const Access access_;
    const Access proving_access_;  // whatever the mode
    const AuthMode auth_mode_;
    AtDoors at_doors_{*this};
    const ServiceTable services_;
    const std::vector<OpenEndpoint> open_endpoints_;
};

}  // namespace gatehouse::api
