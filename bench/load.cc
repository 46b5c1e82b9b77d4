// The load generator.
//
//   bench_load pairs|fan-out|fan-in|connects|idle --port PORT --pid SERVER [--name value …]
//
// The clients are those of `gatehouse bench` (src/load); what is measured here besides is the
// server's process. It trusts the server's certificate blindly and reads no configuration.
#include <fmt/format.h>

#include <memory>
#include <string>
#include <string_view>

#include "arguments.h"
#include "base/descriptor_limit.h"
#include "client_certificates.h"
#include "load/client_tls.h"
#include "load/stamp.h"
#include "scenarios.h"

namespace gatehouse::bench {
namespace {

constexpr std::string_view usage =
    "usage: bench_load pairs|fan-out|fan-in|connects|idle --port PORT --pid SERVER\n"
    "  all:      --tls 1 --alpn NAME --user NAME --password WORD\n"
    "            --certificate FILE --key FILE: of the clients; with --authority 1, of an "
    "authority\n"
    "            that signs a new one for each\n"
    "  messages: --clients N --qos 0|1 --bytes N --in-flight N --rate MESSAGES/S --ms N\n"
    "            --durable 1 --offline 1 --other-connections N --other-filters N\n"
    "            --allocations FILE\n"
    "  connects: --count N --parallel N --handshake-only 1\n"
    "  idle:     --count N\n";

Load read_load(Arguments& arguments, SSL_CTX* tls) {
    Load load;
    const auto port = static_cast<std::uint16_t>(arguments.number("--port", 0));
    load.target.address = *net::Address::parse("127.0.0.1", port);
    if (arguments.number("--tls", 0) != 0) load.target.tls = tls;
    load.target.alpn = arguments.text("--alpn");
    load.target.server_name = "localhost";
    if (std::string user = arguments.text("--user"); !user.empty()) {
        load.target.user_name = std::move(user);
        load.target.password = arguments.text("--password");
    }
    load.server = static_cast<pid_t>(arguments.number("--pid", 0));
    load.allocations = arguments.text("--allocations");
    load.clients = arguments.number("--clients", load.clients);
    load.qos = arguments.number("--qos", 0) == 1 ? mqtt::Qos::AtLeastOnce : mqtt::Qos::AtMostOnce;
    load.payload_bytes = arguments.number("--bytes", load.payload_bytes);
    load.in_flight = arguments.number("--in-flight", load.in_flight);
    load.rate = arguments.number("--rate", 0);
    load.duration = std::chrono::milliseconds(arguments.number("--ms", 2000));
    load.count = arguments.number("--count", load.count);
    load.parallel = arguments.number("--parallel", load.parallel);
    load.handshake_only = arguments.number("--handshake-only", 0) != 0;
    load.offline = arguments.number("--offline", 0) != 0;
    load.durable = arguments.number("--durable", 0) != 0 || load.offline;
    load.others = {.connections = arguments.number("--other-connections", 0),
                   .filters = arguments.number("--other-filters", 0)};
    if (load.offline && load.qos == mqtt::Qos::AtMostOnce)
        arguments.refuse("--offline needs --qos 1");
    arguments.refuse_the_rest();
    if (port == 0 || load.server == 0) arguments.refuse("--port and --pid are needed");
    if (load.payload_bytes < load::stamp_size) {
        arguments.refuse("--bytes: a message holds its number and time");
    }
    return load;
}

int run_scenario(std::string_view scenario, const Load& load, const Arguments& arguments) {
    SystemClock clock;
    async::EventLoop loop(clock, {});
    if (scenario == "pairs") return run_traffic(loop, load, load::Role::Pairs);
    if (scenario == "fan-out") return run_traffic(loop, load, load::Role::FanOut);
    if (scenario == "fan-in") return run_traffic(loop, load, load::Role::FanIn);
    if (scenario == "connects") return run_connects(loop, load);
    if (scenario == "idle") return run_idle(loop, load);
    arguments.refuse("no such scenario");
}

int run(int count, char** words) {
    const std::string_view scenario = count > 1 ? words[1] : "";
    Arguments arguments(count, words, usage);
    const std::string certificate = arguments.text("--certificate");
    const std::string key = arguments.text("--key");
    const bool signs = arguments.number("--authority", 0) != 0;
    const auto tls = load::make_client_context({.verify = load::ClientTls::Verify::No,
                                                .certificate_file = signs ? "" : certificate,
                                                .key_file = signs ? "" : key});
    if (!tls) arguments.refuse(tls.error().message);
    const Load load = read_load(arguments, tls->get());
    std::unique_ptr<ClientCertificates> certificates;
    if (signs) {
        auto made = ClientCertificates::make(certificate, key, visits_of(load));
        if (!made) arguments.refuse(made.error().message);
        certificates = std::move(*made);
        certificates->use_in(tls->get());
    }
    raise_descriptor_limit();
    return run_scenario(scenario, load, arguments);
}

}  // namespace
}  // namespace gatehouse::bench

int main(int count, char** words) {
    return gatehouse::bench::run(count, words);
}
