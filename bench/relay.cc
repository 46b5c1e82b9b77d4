// The relay: what the event loop can do at best, and what the broker is compared with.
//
// Framed, on its plain door: it reads in bulk, looks at every packet (topic remembered a
// connection, packet identifiers, its own PUBACKs), appends to the receivers' outputs and writes
// once a turn. It has no sessions, policies or limits, trusts its clients, and forwards with the
// QoS that the publisher chose. Raw, on its TLS door: it passes on what it reads.
//
//   bench_relay CERTIFICATE KEY    prints {"mqtt": PORT, "mqtts": PORT}; on SIGTERM its counts
#include <fmt/format.h>
#include <signal.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <thread>

#include "relay_connection.h"

namespace gatehouse::bench {
namespace {

std::string text_of(const char* file) {
    std::ifstream stream(file);
    return {std::istreambuf_iterator<char>(stream), {}};
}

using Door = std::unique_ptr<net::Listener>;

// Null when it cannot be opened, which is said then.
Door open_door(Relay& relay, net::ConnectionLimits& limits, const net::TlsContext* tls) {
    auto door = net::Listener::open(
        relay.loop, *net::Address::parse("127.0.0.1", 0), limits,
        [&relay, tls](net::AcceptedSocket socket) {
            relay.connections.push_back(
                std::make_unique<RelayConnection>(relay, std::move(socket), tls));
        },
        [](std::size_t, const Error&) {});
    if (door) return std::move(*door);
    fmt::print(stderr, "bench_relay: {}\n", door.error().message);
    return nullptr;
}

int run(const char* certificate, const char* key) {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);

    const auto refuse = [](const Error& error) {
        fmt::print(stderr, "bench_relay: {}\n", error.message);
        return 1;
    };
    auto identity = net::TlsIdentity::read(text_of(certificate), text_of(key));
    if (!identity) return refuse(identity.error());
    const auto tls = net::TlsContext::make({.identity = std::move(*identity)});
    if (!tls) return refuse(tls.error());
    SystemClock clock;
    async::EventLoop loop(clock, {});
    net::ConnectionLimits limits({});
    Relay relay{.loop = loop};
    const Door plain = open_door(relay, limits, nullptr);
    const Door encrypted = open_door(relay, limits, tls->get());
    if (!plain || !encrypted) return 1;
    fmt::print("{{\"mqtt\": {}, \"mqtts\": {}}}\n", plain->address().port(),
               encrypted->address().port());
    std::fflush(stdout);
    std::jthread waits_for_signal([&] {
        int signal = 0;
        sigwait(&signals, &signal);
        loop.stop();
    });
    loop.run();
    const RelayCounts& counts = relay.counts;
    fmt::print(
        "{{\"delivered\": {}, \"waits\": {}, \"reads\": {}, \"writes\": {}, \"changes\": {}}}\n",
        counts.delivered, loop.counters().turns, counts.reads, counts.writes, counts.changes);
    relay.connections.clear();
    return 0;
}

}  // namespace
}  // namespace gatehouse::bench

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fputs("usage: bench_relay CERTIFICATE KEY\n", stderr);
        return 2;
    }
    return gatehouse::bench::run(argv[1], argv[2]);
}
