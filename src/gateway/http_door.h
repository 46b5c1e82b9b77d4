// What the HTTPS doors serve to one connection: publishing, the other operations of the data plane
// that are for devices (device_api.h), all of it to who signs (SigV4), keys for devices
// (http_credentials.h), and the upgrade to MQTT over WebSocket.
//
// A publish is authenticated like a connection (custom authorizer by header or query, certificate,
// or SigV4 signature), each time anew, or once a connection and refresh time where the authorizer
// says enableCachingForHttp. A domain's function is asked about the certificate once a connection.
// It is answered when the message is passed on, and on disk where it has
// to be.
//
// Threads: the loop of its connection.
//
// Source: AWS IoT Core Developer Guide, "HTTPS"; answers in the shape of the data plane:
// {"message": …, "traceId": …}.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "authentication/authenticator.h"
#include "base/pinned.h"
#include "broker/publisher.h"
#include "gateway/denial.h"
#include "gateway/device_api.h"
#include "gateway/domain.h"
#include "gateway/door.h"
#include "gateway/http_publish_request.h"
#include "gateway/parts.h"
#include "net/http.h"

namespace gatehouse::gateway {

class LoopGateway;

// The answer to a request for MQTT over WebSocket: 101, or what is wrong with it.
net::HttpResponse answer_mqtt_websocket(const net::HttpRequest& request);
inline constexpr std::string_view mqtt_websocket_path = "/mqtt";

// What it shows of who sent it, beside a certificate.
ProvesItself proof_of(const net::HttpRequest& request);

// The host name without port that a request asks for; may be empty.
std::string_view host_of(const net::HttpRequest& request);

// The one that it is for: SNI, and without it the Host. May be empty.
std::string_view asked_name(const net::HttpRequest& request, const net::PeerFacts& peer);

// Publishes on the gateway's loop. Yes once the message is on disk where it has to be; No: it
// cannot be kept, or was not by the deadline; NotRetained. The views, those of who publishes
// included, must live until then.
async::Task<broker::Kept> pass_on_and_wait(LoopGateway& gateway, const Tenant& tenant,
                                           const HttpPublish& publish, BytesView payload,
                                           Deadline deadline, broker::PublishedBy by = {});

class HttpDoor final : public net::Routes, Pinned {
public:
    // The gateway and the door must outlive it. `domain`: of the name that TLS was asked for; null:
    // none, or no name.
    HttpDoor(LoopGateway& gateway, const Door& door, DomainPtr domain)
        : gateway_(gateway), door_(door), domain_(std::move(domain)) {}

    async::Task<net::HttpResponse> handle(net::HttpRequest request, const net::PeerFacts& peer,
                                          Deadline deadline) override;
    net::HttpResponse refuse_request(unsigned status, std::string sentence) const override;

private:
    // One publish, or operation, on its way.
    struct Call;

    net::HttpResponse open_websocket(const net::HttpRequest& request, const net::PeerFacts& peer);

    // By SNI, or without it by the Host; as it is now.
    DomainPtr domain_of(const net::HttpRequest& request, const net::PeerFacts& peer) const;

    async::Task<net::HttpResponse> publish(net::HttpRequest request, const net::PeerFacts& peer,
                                           Deadline deadline);
    async::Task<net::HttpResponse> operate(net::HttpRequest request, const net::PeerFacts& peer,
                                           DeviceApi::Operation operation, Deadline deadline);
    // The refusal of who may not do this; nothing: who it is stands in the call.
    async::Task<std::optional<net::HttpResponse>> admit(Call& call, Deadline deadline);
    Call call_of(const net::HttpRequest& request, const net::PeerFacts& peer) const;
    std::shared_ptr<const authentication::Credentials> credentials_of(const Call& call) const;
    async::Task<authentication::AuthenticationResult> identify(Call& call, Deadline deadline);
    async::Task<net::HttpResponse> pass_on(Call& call, Deadline deadline);
    net::HttpResponse refuse(Call& call, const authentication::Refusal& refusal);
    net::HttpResponse deny(Call& call, const Refused& refused);
    void report(const Call& call, std::string_view reason, std::string_view details,
                std::string_view explanation = {});
    net::HttpResponse answer(unsigned status, std::string_view message,
                             std::string_view trace_id) const;

    LoopGateway& gateway_;
    const Door& door_;
    const DomainPtr domain_;
    // An answer that the authorizer lets be kept, and the question it is of.
    struct Kept {
        authentication::IdentityPtr identity;  // null: none
        std::string asked_with;                // authentication::asked_with() of the request
        Tenant tenant;
        DomainPtr domain;  // as it was: one that changed since is another
        SteadyTime until{};
    };
    Kept kept_;
    // Whose function let the certificate in, as it was then; null: none did.
    DomainPtr checked_by_;
};

}  // namespace gatehouse::gateway
