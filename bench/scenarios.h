// What is measured on a server that runs on this machine. Each prints one line of JSON.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include "async/event_loop.h"
#include "load/client.h"
#include "load/traffic.h"
#include "mqtt/protocol.h"

namespace gatehouse::bench {

// Clients that take no part, and are there while messages are measured.
struct Others {
    std::size_t connections = 0;
    std::size_t filters = 0;  // subscriptions, spread over them, that match no message
};

struct Load {
    load::Target target;
    pid_t server = 0;           // whose CPU time and memory are measured
    std::string allocations;    // the file of bench_allocations.so; empty: not counted
    std::size_t clients = 100;  // or pairs
    mqtt::Qos qos = mqtt::Qos::AtMostOnce;
    std::size_t payload_bytes = 64;
    std::size_t in_flight = 100;  // per publisher
    std::uint64_t rate = 0;       // messages a second in all; 0: as fast as the server takes them
    std::chrono::milliseconds duration{2000};
    std::size_t count = 2000;   // connections to be made
    std::size_t parallel = 16;  // at once
    bool handshake_only = false;
    bool durable = false;  // subscribers have sessions that outlive their connections
    bool offline = false;  // and are away while messages are published for them
    Others others;
};

// Publishers and subscribers as the role says; every message is numbered, so that losses and
// duplicates are counted. A publisher has at most `in_flight` messages on their way to the slowest
// of its subscribers. With offline subscribers, "delivered" is what was acknowledged to the
// publishers.
int run_traffic(async::EventLoop& loop, const Load& load, load::Role role);
// Connects, waits for CONNACK (or for the end of the TLS handshake) and leaves, again and again.
int run_connects(async::EventLoop& loop, const Load& load);
// How often that is, the visits that warm the server up included.
std::uint64_t visits_of(const Load& load);
// Connects and stays silent: what the server's memory grows by.
int run_idle(async::EventLoop& loop, const Load& load);

}  // namespace gatehouse::bench
