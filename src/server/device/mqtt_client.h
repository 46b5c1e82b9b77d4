// One MQTT client on libmosquitto: connects, publishes, subscribes, and says in its own words how
// each of it ended.
//
// Threads: one. Everything is called back from inside turn(), connect() or disconnect().
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/pinned.h"
#include "base/result.h"
#include "server/device/endpoint.h"
#include "server/device/mosquitto_library.h"

namespace gatehouse::server::device {

enum class Protocol : std::uint8_t { V311, V5 };
enum class Qos : std::uint8_t { AtMostOnce, AtLeastOnce, ExactlyOnce };
enum class Retain : bool { No, Yes };

struct ConnectPlan {
    Target target;
    Protocol protocol = Protocol::V5;
    std::string client_id;
    std::optional<std::string> user_name;
    std::optional<std::string> password;
    std::chrono::seconds keep_alive{60};  // 5 s to 65,535 s
    std::string server_flags;             // " --data-dir DIR", for commands that are suggested
};

// The server's answer to one packet.
struct Answer {
    bool accepted = true;
    std::string code;    // "not authorized (0x87)", "not authorized (return code 5)"
    std::string reason;  // the reason string of MQTT 5, in the server's words; often empty
};

// How a connection, or the attempt at one, came to its end.
enum class EndKind : std::uint8_t {
    Done,          // we said DISCONNECT
    Unreachable,   // no TCP connection, or the name is unknown
    Untrusted,     // the server's certificate does not prove that it is the one meant
    TlsFailed,     // the TLS handshake broke off for another reason
    Silent,        // no CONNACK in time
    HungUp,        // the server closed the connection instead of sending a CONNACK
    Refused,       // CONNACK with a refusal
    Busy,          // CONNACK that asks to come later
    Lost,          // an accepted connection broke off
    Disconnected,  // the server said DISCONNECT (MQTT 5), `answer` says why
};
struct Ending {
    EndKind kind = EndKind::Done;
    Answer answer;       // of Refused, Busy and Disconnected
    std::string detail;  // what the library, OpenSSL or the system says
};

struct Connected {
    std::string tls_version;  // "TLSv1.3"; empty without TLS
    std::string alpn;         // what the server chose; empty when it chose none
};

struct Received {
    std::string_view topic;
    std::string_view payload;
    Qos qos;
    Retain retained;
};

class MqttClient final : Pinned {
public:
    class Events {
    public:
        virtual ~Events() = default;
        virtual void on_connected(const Connected& connected) = 0;
        // The packet identifier that publish() or subscribe() gave.
        virtual void on_published(int packet_id, const Answer& answer) = 0;
        virtual void on_subscribed(int packet_id, const Answer& answer) = 0;
        virtual void on_received(const Received& received) = 0;
        // Exactly once after each connect().
        virtual void on_ended(const Ending& ending) = 0;
    };

    // `events` must outlive it.
    static Result<std::unique_ptr<MqttClient>> create(const MosquittoLibrary& library,
                                                      ConnectPlan plan, Events& events);
    ~MqttClient();

    // Starts an attempt. Looking up the host's name and reaching one of its addresses block, unless
    // a signal interrupts them; what follows does not. Messages of QoS 1 and 2 that were not
    // acknowledged on the last connection are sent again on this one.
    void connect();
    // Does what can be done now: to be called when descriptor() is ready, and once a second.
    void turn();
    // Gives the attempt up.
    void abandon(EndKind kind);

    // To wait on; -1 when there is no connection.
    int descriptor() const;
    bool wants_write() const;
    bool active() const { return active_; }
    bool connected() const { return connected_; }

    // Require connected(). Give the packet identifier by which the answer comes; messages of QoS 0
    // have no answer. InvalidInput for what MQTT or the server cannot take; Unavailable when the
    // connection broke off just now, which on_ended() is about to say.
    Result<int> publish(const std::string& topic, std::string_view payload, Qos qos, Retain retain);
    Result<int> subscribe(const std::string& filter, Qos qos);
    // After what was published.
    void disconnect();

    const ConnectPlan& plan() const { return plan_; }

private:
    struct Destroy {
        decltype(&::mosquitto_destroy) destroy;
        void operator()(mosquitto* client) const { destroy(client); }
    };

    MqttClient(const MosquittoLibrary& library, ConnectPlan plan, Events& events);
    Result<void> prepare();
    int trust_ca();
    void set_callbacks();
    static MqttClient& of(void* object) { return *static_cast<MqttClient*>(object); }
    void note_progress();
    void on_connack(int code, const mosquitto_property* properties);
    void on_disconnect(int code, const mosquitto_property* properties);
    Ending ending_of(int code, const mosquitto_property* properties) const;
    Answer answer_of(int code, const mosquitto_property* properties) const;
    std::string detail_of(int code) const;
    void end(Ending ending);

    const MosquittoLibrary library_;
    const ConnectPlan plan_;
    Events& events_;
    class MemoryFile;
    std::unique_ptr<MemoryFile> ca_file_;  // of a CA that was in no file; the library reads it
    std::unique_ptr<mosquitto, Destroy> client_;
    bool active_ = false;
    bool connected_ = false;
    bool reached_ = false;  // the connection, with TLS where wanted, is up
    bool leaving_ = false;
    std::optional<Ending> refusal_;
    std::string complaint_;  // the last error that the library logged
};

}  // namespace gatehouse::server::device
