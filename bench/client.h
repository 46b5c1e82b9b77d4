// One MQTT 3.1.1 connection of the load generator, plain or TLS.
//
// Threads: one loop.
// Lifetimes: the loop and the context outlive the client.
#pragma once

#include <openssl/ssl.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "async/event_loop.h"
#include "base/bytes.h"
#include "base/pinned.h"
#include "mqtt/frame.h"
#include "net/address.h"
#include "net/transport.h"

namespace gatehouse::bench {

// Where to go and how.
struct Target {
    net::Address address;
    SSL_CTX* tls = nullptr;  // null: plain
    std::string alpn;        // empty: none
    std::string user_name;   // empty: neither user name nor password
    std::string password;
};

// A client context that does not verify: the generator measures the server.
std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> make_client_context();

class Client : async::ReadinessHandler, async::TurnEndHook, Pinned {
public:
    enum class Session : std::uint8_t { Clean, Kept };
    // Begins to connect. Ends the program when even that fails.
    Client(async::EventLoop& loop, const Target& target, std::string client_id,
           Session session = Session::Clean);
    virtual ~Client();

    bool is_connected() const { return state_ == State::Connected; }
    void subscribe(std::string_view filter, mqtt::Qos qos);
    // Room in the output for so many bytes, valid until the next call. Written at the turn's end.
    std::uint8_t* room(std::size_t bytes);
    void send(BytesView packet);
    // Sends DISCONNECT and closes.
    void leave();
    // Writes now what waits.
    void flush();

protected:
    // The stream stands; CONNECT follows unless the client was closed.
    virtual void on_stream() {}
    // CONNACK came; `code` 0 is success.
    virtual void on_connack(int code) = 0;
    virtual void on_packet(const mqtt::Frame& frame) = 0;
    virtual void on_gone() = 0;
    void close();

private:
    enum class State : std::uint8_t {
        Connecting,
        ShakingHands,
        AwaitingConnack,
        Connected,
        Closed
    };

    void on_ready(std::uint32_t events) override;
    void on_turn_end() override { flush(); }
    bool open_stream();
    void send_connect();
    void read();
    std::size_t parse(BytesView bytes);
    void want(std::uint32_t events);
    void fail();

    async::EventLoop& loop_;
    const Target& target_;
    std::string client_id_;
    const Session session_;
    std::unique_ptr<net::Transport> transport_;
    Bytes rest_;
    Bytes output_;
    std::size_t output_begin_ = 0;
    std::size_t output_end_ = 0;
    std::uint32_t interest_ = 0;
    State state_ = State::Connecting;
};

}  // namespace gatehouse::bench
