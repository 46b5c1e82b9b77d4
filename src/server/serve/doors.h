// The listeners: opened together, told to the ready file, closed together.
//
// All listeners accept on the main loop, which deals the connections out to the loops in turn.
//
// Lifetimes: opened before the loops run; what accepts (gateway, API) outlives the doors.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_set>
#include <vector>

#include "async/task_group.h"
#include "base/result.h"
#include "gateway/door.h"
#include "gateway/gateway.h"
#include "net/http_server.h"
#include "net/listener.h"
#include "server/serve/connection_bounds.h"
#include "server/serve/foundation.h"
#include "server/serve/loops.h"
#include "server/settings.h"

namespace gatehouse::server {

class Doors : Pinned {
public:
    struct Parts {
        const Settings& settings;
        Foundation& foundation;
        Loops& loops;
        gateway::Gateway& gateway;
        net::Routes& api;
        net::Routes& metrics;
        const ConnectionBounds& bounds;
    };
    // Conflict, NotAllowed or InvalidInput name the address and the setting that moves it.
    static Result<std::unique_ptr<Doors>> open(const Parts& parts);
    ~Doors();

    // Real ports; empty: the door is closed.
    struct Ports {
        std::optional<std::uint16_t> mqtt;
        std::optional<std::uint16_t> mqtts;
        std::optional<std::uint16_t> https;
        std::optional<std::uint16_t> https_mtls;
        std::optional<std::uint16_t> api;
        std::optional<std::uint16_t> metrics;
    };
    const Ports& ports() const { return ports_; }

    // Shows the authority's present certificate from the next handshake on.
    Result<void> renew_certificates();
    // Accepts no more.
    void close();
    // Waits until the requests to the API that are under way are answered; no more are read.
    async::Task<void> drain_api(Deadline deadline);
    // Waits for what is left of them, which is cut at the deadline. Once nothing that they wait
    // for can take long any more.
    async::Task<void> end_api(Deadline deadline);

private:
    explicit Doors(const Parts& parts);

    using Accept = std::function<void(net::AcceptedSocket)>;
    using Proxies = std::vector<net::AddressRange>;  // that pass connections on to this door
    struct Wanted {
        std::string_view setting;
        const Port& port;
        const std::vector<std::string>& hosts;
        Accept accept;
        net::ConnectionLimits& limits;
        std::optional<std::uint16_t>& opened;
        Proxies proxies = {};
    };
    Result<std::optional<std::uint16_t>> open_door(const Wanted& wanted);
    Result<std::uint16_t> listen(const Wanted& wanted, std::uint16_t port);
    Accept to_gateway(const gateway::Door& door);
    Accept to_api();
    async::Task<void> serve_api(net::AcceptedSocket socket);
    Accept to_metrics();
    async::Task<void> serve_metrics(net::AcceptedSocket socket);
    async::Task<std::optional<net::HttpUpgrade>> serve(net::Stream& stream, net::Routes& routes,
                                                       const net::HttpServerSettings& settings);
    void report_refused(std::string_view setting, std::size_t count, const Error& why);

    const Parts parts_;
    net::ConnectionLimits limits_;
    net::ConnectionLimits api_limits_;
    net::ConnectionLimits metrics_limits_;
    gateway::CurrentTls mqtts_tls_;
    gateway::CurrentTls https_tls_;
    gateway::CurrentTls https_mtls_tls_;
    gateway::CurrentTls api_tls_;
    gateway::Door mqtt_door_;
    gateway::Door mqtts_door_;
    gateway::Door https_door_;
    gateway::Door https_mtls_door_;
    gateway::Door api_door_;
    std::vector<std::unique_ptr<net::Listener>> listeners_;
    std::size_t next_loop_ = 0;
    std::atomic<std::size_t> body_bytes_in_flight_ = 0;  // of the API
    net::HttpServerSettings api_http_;
    async::TaskGroup api_tasks_;
    net::HttpServerSettings metrics_http_;
    std::unordered_set<int> handshaking_;            // sockets of the API over TLS
    std::unordered_set<net::Stream*> open_streams_;  // of the API and of metrics
    Ports ports_;
};

}  // namespace gatehouse::server
