#include "server/serve/doors.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/entrance.h"
#include "net/tls_context.h"

namespace gatehouse::server {
namespace {

// CreateFunction carries a zip of up to 50 MB in base64 (AWS Lambda Developer Guide, quotas).
constexpr std::size_t api_body_bytes_max = 70'167'211;
constexpr std::chrono::seconds api_handshake_wait{10};
// A few Prometheus servers, and whoever looks by hand.
constexpr std::size_t metrics_connections_max = 32;

std::vector<net::AddressRange> proxies_of(const Settings& settings) {
    std::vector<net::AddressRange> proxies;
    for (const std::string& range : settings.proxies) {
        proxies.push_back(net::AddressRange::parse(range).value());  // checked when read
    }
    return proxies;
}

}  // namespace

Doors::Doors(const Parts& parts)
    : parts_(parts),
      limits_(
          {.total_max = parts.bounds.total_max, .per_address_max = parts.bounds.per_address_max}),
      api_limits_(
          {.total_max = parts.bounds.api_max, .per_address_max = parts.bounds.api_per_address_max}),
      metrics_limits_({.total_max = metrics_connections_max}),
      mqtt_door_{gateway::DoorKind::Mqtt, nullptr},
      mqtts_door_{gateway::DoorKind::Mqtts, &mqtts_tls_},
      https_door_{gateway::DoorKind::Https, &https_tls_},
      https_mtls_door_{gateway::DoorKind::HttpsMtls, &https_mtls_tls_},
      api_door_{gateway::DoorKind::Api, nullptr},
      api_tasks_(parts.loops.main(), "api connections") {
    api_http_.body_bytes_max = api_body_bytes_max;
    api_http_.body_bytes_in_flight = &body_bytes_in_flight_;
    api_http_.body_bytes_in_flight_max = parts.settings.http_body_bytes_in_flight_max;
    metrics_http_.body_bytes_max = 0;  // nobody has to send one
}

Doors::~Doors() {
    close();
}

Result<std::unique_ptr<Doors>> Doors::open(const Parts& parts) {
    std::unique_ptr<Doors> doors(new Doors(parts));
    if (auto shown = doors->renew_certificates(); !shown) return fail(std::move(shown.error()));
    const Settings& settings = parts.settings;
    const Proxies proxies = proxies_of(settings);
    const Wanted all[] = {
        {"mqtt-port", settings.mqtt_port, settings.mqtt_hosts, doors->to_gateway(doors->mqtt_door_),
         doors->limits_, doors->ports_.mqtt, proxies},
        {"mqtts-port", settings.mqtts_port, settings.hosts, doors->to_gateway(doors->mqtts_door_),
         doors->limits_, doors->ports_.mqtts, proxies},
        {"https-port", settings.https_port, settings.hosts, doors->to_gateway(doors->https_door_),
         doors->limits_, doors->ports_.https, proxies},
        {"https-mtls-port", settings.https_mtls_port, settings.hosts,
         doors->to_gateway(doors->https_mtls_door_), doors->limits_, doors->ports_.https_mtls,
         proxies},
        {"api-port", settings.api_port, settings.api_hosts, doors->to_api(), doors->api_limits_,
         doors->ports_.api},
        {"metrics-port", settings.metrics_port, settings.metrics_hosts, doors->to_metrics(),
         doors->metrics_limits_, doors->ports_.metrics}};
    for (const Wanted& wanted : all) {
        auto port = doors->open_door(wanted);
        if (!port) return fail(std::move(port.error()));
        wanted.opened = *port;
    }
    return doors;
}

Result<void> Doors::renew_certificates() {
    const auto devices = parts_.foundation.certificate->identity();
    const auto local = parts_.foundation.authority->server_identity();
    const auto shown_to_devices = net::TlsIdentity::read(devices->chain_pem, devices->key_pem);
    if (!shown_to_devices) return fail(shown_to_devices.error());
    const auto shown_locally = local == devices
                                   ? shown_to_devices
                                   : net::TlsIdentity::read(local->chain_pem, local->key_pem);
    if (!shown_locally) return fail(shown_locally.error());
    const TlsSettings& wanted = parts_.settings.tls;
    const auto show = [&](gateway::CurrentTls& tls, net::TlsSettings settings) -> Result<void> {
        auto context = net::TlsContext::make(settings);
        if (!context) return fail(std::move(context.error()));
        tls.replace(std::move(*context));
        return {};
    };
    const std::pair<gateway::CurrentTls*, gateway::DoorKind> doors[] = {
        {&mqtts_tls_, gateway::DoorKind::Mqtts},
        {&https_tls_, gateway::DoorKind::Https},
        {&https_mtls_tls_, gateway::DoorKind::HttpsMtls}};
    for (const auto& [tls, kind] : doors) {
        net::TlsSettings settings = gateway::tls_settings(kind, *shown_to_devices);
        settings.policy = wanted.policy;
        settings.by_kernel = wanted.by_kernel;
        auto shown = show(*tls, std::move(settings));
        if (!shown) return shown;
    }
    return show(api_tls_, {.identity = *shown_locally, .application_protocols = {"http/1.1"}});
}

Result<std::optional<std::uint16_t>> Doors::open_door(const Wanted& wanted) {
    const Port& port = wanted.port;
    if (port.is_closed()) return std::nullopt;
    auto opened = listen(wanted, *port.number);
    if (!opened && port.otherwise) opened = listen(wanted, *port.otherwise);
    if (!opened) {
        Error error = std::move(opened.error());
        error.message +=
            fmt::format(" (choose another port with --{}, 0 for any free one)", wanted.setting);
        return fail(std::move(error));
    }
    return *opened;
}

// The same port on every address; a machine without IPv6 goes on without it.
Result<std::uint16_t> Doors::listen(const Wanted& wanted, std::uint16_t port) {
    std::vector<std::unique_ptr<net::Listener>> opened;
    for (auto at = wanted.hosts.begin(); at != wanted.hosts.end(); ++at) {
        const std::string& host = *at;
        if (std::find(wanted.hosts.begin(), at, host) != at) continue;  // named twice
        auto address = net::Address::parse(host, port);
        if (!address) return fail(std::move(address.error()));
        auto listener = net::Listener::open(
            parts_.loops.main(), *address, wanted.limits, wanted.accept,
            [this, setting = wanted.setting](std::size_t count, const Error& why) {
                report_refused(setting, count, why);
            },
            wanted.proxies);
        if (!listener) {
            const bool no_such_address = listener.error().kind == ErrorKind::Unavailable;
            if (no_such_address && !opened.empty() && address->is_ipv6()) continue;
            return fail(std::move(listener.error()));
        }
        port = (*listener)->address().port();
        opened.push_back(std::move(*listener));
    }
    for (auto& listener : opened) listeners_.push_back(std::move(listener));
    return port;
}

Doors::Accept Doors::to_gateway(const gateway::Door& door) {
    return [this, &door](net::AcceptedSocket socket) {
        const std::size_t index = next_loop_++ % parts_.loops.size();
        gateway::LoopGateway& gateway = parts_.gateway.on_loop(index);
        if (index == 0) return gateway.accept(std::move(socket), door);
        gateway.loop().post([&gateway, &door, socket = std::move(socket)]() mutable {
            gateway.accept(std::move(socket), door);
        });
    };
}

Doors::Accept Doors::to_api() {
    return [this](net::AcceptedSocket socket) { api_tasks_.start(serve_api(std::move(socket))); };
}

async::Task<void> Doors::serve_api(net::AcceptedSocket socket) {
    net::PeerFacts facts{.local = socket.local, .remote = socket.remote};
    std::unique_ptr<net::Stream> stream;
    if (parts_.settings.api_speaks_tls()) {
        const int descriptor = socket.descriptor;
        handshaking_.insert(descriptor);
        auto accepted = co_await net::accept_tls(
            parts_.loops.main(), socket.descriptor, std::move(facts), api_tls_.get(),
            Deadline::after(*parts_.foundation.clock, api_handshake_wait));
        handshaking_.erase(descriptor);
        if (!accepted) co_return;
        stream = std::move(*accepted);
    } else {
        stream = std::make_unique<net::Stream>(
            parts_.loops.main(), net::make_plain_transport(socket.descriptor), std::move(facts));
    }
    auto upgrade = co_await serve(*stream, parts_.api, api_http_);
    if (!upgrade) co_return;
    // The API lives on the main loop, which is the first.
    parts_.gateway.on_loop(0).accept(
        gateway::UpgradedConnection{std::move(stream), std::move(*upgrade), std::move(socket.slot)},
        api_door_);
}

async::Task<std::optional<net::HttpUpgrade>> Doors::serve(net::Stream& stream, net::Routes& routes,
                                                          const net::HttpServerSettings& settings) {
    open_streams_.insert(&stream);
    auto upgrade = co_await net::serve_http(stream, "", routes, settings);
    open_streams_.erase(&stream);
    co_return upgrade;
}

Doors::Accept Doors::to_metrics() {
    return
        [this](net::AcceptedSocket socket) { api_tasks_.start(serve_metrics(std::move(socket))); };
}

async::Task<void> Doors::serve_metrics(net::AcceptedSocket socket) {
    net::PeerFacts facts{.local = socket.local, .remote = socket.remote};
    net::Stream stream(parts_.loops.main(), net::make_plain_transport(socket.descriptor),
                       std::move(facts));
    co_await serve(stream, parts_.metrics, metrics_http_);
}

void Doors::report_refused(std::string_view setting, std::size_t count, const Error& why) {
    const Tenant tenant = default_tenant(parts_.settings);
    const std::string details =
        fmt::format("{} connections to {} were refused: {}", count, setting, why.message);
    parts_.foundation.log->record({.tenant = tenant,
                                   .type = logs::EventType::ConnectionRefused,
                                   .status = logs::Status::Failure,
                                   .reason = "LIMIT_EXCEEDED",
                                   .details = details});
}

void Doors::close() {
    for (const auto& listener : listeners_) listener->close();
}

async::Task<void> Doors::drain_api(Deadline deadline) {
    for (const int descriptor : handshaking_) ::shutdown(descriptor, SHUT_RDWR);
    for (net::Stream* const stream : open_streams_) stream->cancel_reads();
    co_await api_tasks_.join(deadline);
}

async::Task<void> Doors::end_api(Deadline deadline) {
    if (co_await api_tasks_.join(deadline)) co_return;
    for (net::Stream* const stream : open_streams_) stream->cancel();
    co_await api_tasks_.join(Deadline::never());
}

}  // namespace gatehouse::server
