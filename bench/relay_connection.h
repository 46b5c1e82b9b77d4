// A connection of the relay: finds packets, remembers the topic and who gets it, appends to the
// receivers' outputs and writes once a turn.
//
// Threads: one loop.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "async/event_loop.h"
#include "base/bytes.h"
#include "base/pinned.h"
#include "mqtt/frame.h"
#include "net/listener.h"
#include "net/tls_context.h"
#include "net/transport.h"

namespace gatehouse::bench {

struct RelayCounts {
    std::uint64_t delivered = 0;
    std::uint64_t reads = 0;
    std::uint64_t writes = 0;
    std::uint64_t changes = 0;  // of what epoll waits for
};

class RelayConnection;

// Who subscribed to what, by exact topic.
struct Relay {
    async::EventLoop& loop;
    std::map<std::string, std::vector<RelayConnection*>, std::less<>> receivers{};
    std::uint64_t generation = 1;
    RelayCounts counts{};
    std::vector<std::unique_ptr<RelayConnection>> connections{};
    bool sweep_is_due = false;  // some connections are closed
};

class RelayConnection final : async::ReadinessHandler, async::TurnEndHook, Pinned {
public:
    // With TLS it is a raw relay: behind the first PUBLISH, what comes goes to the one receiver of
    // that topic as it was read.
    RelayConnection(Relay& relay, net::AcceptedSocket socket, const net::TlsContext* tls);
    ~RelayConnection();
    bool is_closed() const { return is_closed_; }

private:
    void on_ready(std::uint32_t events) override;
    void on_turn_end() override { flush(); }
    // True once bytes can flow.
    bool open_stream();
    void read();
    void take(BytesView bytes);
    std::size_t parse(BytesView bytes);
    void handle(const mqtt::Frame& frame);
    void on_publish(const mqtt::Frame& frame);
    void on_subscribe(const mqtt::Frame& frame);
    void find_receivers(const mqtt::Frame& frame);
    bool begins_raw(const mqtt::Frame& frame);
    mqtt::PacketId next_id();
    std::uint8_t* room(std::size_t bytes);
    void send(BytesView packet);
    void flush();
    void want(std::uint32_t events);
    void close();

    Relay& relay_;
    net::ConnectionLimits::Slot slot_;
    std::unique_ptr<net::Transport> transport_;
    const bool is_tls_;
    bool is_open_;
    bool is_closed_ = false;
    std::uint32_t interest_ = EPOLLIN;
    Bytes rest_;  // the beginning of a packet not yet whole
    Bytes output_;
    std::size_t output_begin_ = 0;
    std::size_t output_end_ = 0;
    std::string topic_;  // of the last PUBLISH, and who gets it
    std::uint64_t generation_ = 0;
    const std::vector<RelayConnection*>* receivers_ = nullptr;
    RelayConnection* raw_receiver_ = nullptr;  // who gets all that comes, as of generation_
    std::vector<std::string> subscribed_;
    std::uint64_t acknowledged_ = 0;
    mqtt::PacketId last_id_ = 0;
};

}  // namespace gatehouse::bench
