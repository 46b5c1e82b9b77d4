// One MQTT client of the load generator: connects, plain or over TLS, keeps itself alive, counts
// how its connect went, and hands packets to whoever derives from it.
//
// Threads: one loop.
// Lifetimes: loop, target and arrivals outlive the client. It may not be destroyed in a call of
// its own; leave() and close() may be called there.
#pragma once

#include <openssl/ssl.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "async/event_loop.h"
#include "base/bytes.h"
#include "load/arrivals.h"
#include "mqtt/connack.h"
#include "mqtt/frame.h"
#include "net/address.h"
#include "net/transport.h"

namespace gatehouse::load {

// Where to go and as whom.
struct Target {
    net::Address address;
    SSL_CTX* tls = nullptr;   // null: plain
    std::string server_name;  // sent as SNI; the certificate must carry it where it is verified
    std::string alpn;         // empty: none
    std::optional<std::string> user_name;
    std::optional<std::string> password;
    mqtt::ProtocolVersion version = mqtt::ProtocolVersion::V3_1_1;
    std::uint16_t keep_alive = 0;  // seconds; 0: none
};

class Client : async::ReadinessHandler, async::TurnEndHook, async::Timer {
public:
    enum class Session : std::uint8_t { Clean, Kept };
    Client(async::EventLoop& loop, const Target& target, Arrivals& arrivals, std::string client_id,
           Session session = Session::Clean);
    virtual ~Client();

    // Begins to connect. Once.
    void begin();
    // It is in and may be used.
    bool is_in() const { return standing_ == Standing::In; }
    // It never got in, left, or was thrown out.
    bool is_out() const { return standing_ == Standing::Out; }
    // Bytes that the socket has not taken yet; of a client that is out, will not take any more.
    std::size_t unsent_bytes() const { return output_end_ - output_begin_; }
    // Sends DISCONNECT and closes.
    void leave();

protected:
    // The stream stands; CONNECT follows unless the client was closed.
    virtual void on_stream() {}
    // The server let it in. To be followed by settle(), at once or when it is ready for its work.
    virtual void on_connected(const mqtt::Connack&) { settle(); }
    virtual void on_packet(const mqtt::Frame&) {}

    // It is in now. Requires: not yet.
    void settle();
    // Ends it for this reason; refuse() where the server said no.
    void end(std::string reason);
    void refuse(std::string reason);
    void close();
    // Room in the output for so many bytes, valid until the next call. Written at the turn's end.
    std::uint8_t* room(std::size_t bytes);
    void send(BytesView packet);
    void note_connect_time();
    // When the bytes that are being handled were read, as stamp_time().
    std::chrono::nanoseconds read_at() const { return read_at_; }
    const Target& target() const { return target_; }

private:
    enum class Stage : std::uint8_t {
        Connecting,
        ShakingHands,
        AwaitingConnack,
        Connected,
        Closed
    };
    enum class Standing : std::uint8_t { NotBegun, UnderWay, In, Out };

    void on_ready(std::uint32_t events) override;
    void on_turn_end() override { flush(); }
    void expired() override;
    Result<std::unique_ptr<net::Transport>> open_transport() const;
    bool open_stream();
    std::string handshake_problem() const;
    void send_connect();
    void take_connack(const mqtt::Frame& frame);
    void take_packet(const mqtt::Frame& frame);
    void flush();
    void read();
    bool read_once();
    std::size_t parse(BytesView bytes);
    void want(std::uint32_t events);
    void keep_alive_again();

    async::EventLoop& loop_;
    const Target& target_;
    Arrivals& arrivals_;
    const std::string client_id_;
    const Session session_;
    SteadyTime begun_at_{};
    std::chrono::nanoseconds read_at_{};
    std::unique_ptr<net::Transport> transport_;
    Bytes rest_;
    Bytes output_;
    std::size_t output_begin_ = 0;
    std::size_t output_end_ = 0;
    std::uint32_t interest_ = 0;
    std::uint16_t keep_alive_;
    Stage stage_ = Stage::Connecting;
    Standing standing_ = Standing::NotBegun;
};

}  // namespace gatehouse::load
