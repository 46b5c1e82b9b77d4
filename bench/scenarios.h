// What is measured on a server that runs on this machine. Each prints one line of JSON.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "async/event_loop.h"
#include "load/client.h"
#include "mqtt/protocol.h"

namespace gatehouse::bench {

struct Load {
    load::Target target;
    pid_t server = 0;  // whose CPU time and memory are measured
    std::size_t pairs = 100;
    mqtt::Qos qos = mqtt::Qos::AtMostOnce;
    std::size_t payload_bytes = 64;
    std::size_t in_flight = 100;  // per pair
    std::uint64_t rate = 0;       // messages a second in all; 0: as fast as the server takes them
    std::chrono::milliseconds duration{2000};
    std::size_t count = 2000;   // connections to be made
    std::size_t parallel = 16;  // at once
    bool handshake_only = false;
    bool durable = false;  // subscribers have sessions that outlive their connections
    bool offline = false;  // and are away while messages are published for them
};

// Publishers with one subscriber each; every message is numbered, so that losses and duplicates
// are counted. A pair has at most `in_flight` messages on their way. With offline subscribers,
// "delivered" is what was acknowledged to the publishers.
int run_pairs(async::EventLoop& loop, const Load& load);
// Connects, waits for CONNACK (or for the end of the TLS handshake) and leaves, again and again.
int run_connects(async::EventLoop& loop, const Load& load);
// Connects and stays silent: what the server's memory grows by.
int run_idle(async::EventLoop& loop, const Load& load);

}  // namespace gatehouse::bench
