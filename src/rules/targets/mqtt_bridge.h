// The connection to one broker that mqtt actions publish to. It is made when something is to be
// published, kept from then on, and made again, after growing pauses, while something waits.
//
// A message whose connection ended before it was acknowledged is published again by the next one,
// so that the broker may have it twice.
//
// Threads: its loop.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "async/event_loop.h"
#include "async/one_shot.h"
#include "async/task_group.h"
#include "async/wake.h"
#include "base/pinned.h"
#include "base/result.h"
#include "mqtt/connack.h"
#include "mqtt/frame.h"
#include "net/name_lookups.h"
#include "net/stream.h"
#include "net/tls_client.h"
#include "rules/targets/declared_broker.h"
#include "rules/targets/mqtt_door.h"

namespace gatehouse::rules {

struct MqttBridgeSettings {
    std::size_t waiting_max = 10'000;  // messages, with those in flight
    std::size_t bytes_max = 16UL * 1024 * 1024;
    std::uint16_t in_flight_max = 256;
    std::chrono::milliseconds first_pause{200};
    std::chrono::milliseconds pause_max{10'000};
    std::chrono::seconds connect_max{5};  // a stop may wait as long
    std::chrono::seconds keep_alive{60};
    std::chrono::seconds acknowledge_max{30};  // then the connection is given up
};

class MqttBridge : Pinned {
public:
    // All must outlive it.
    struct Parts {
        async::EventLoop& loop;
        net::NameLookups& lookups;
    };
    // The trust: null where the broker is spoken to without TLS.
    MqttBridge(const Parts& parts, DeclaredMqttBroker broker,
               std::shared_ptr<const net::TlsTrust> trust, MqttBridgeSettings settings = {});
    ~MqttBridge();

    const DeclaredMqttBroker& broker() const { return broker_; }
    // As MqttDoor::publish().
    async::Task<Result<void>> publish(MqttMessage message, Deadline deadline);
    // What is under way fails with Cancelled, and whatever is published later.
    void close();
    // Once it is closed: waits for its task.
    async::Task<void> stop();
    // How many connections were made.
    std::uint64_t connections() const { return connections_; }

private:
    struct Sent;
    using SentPtr = std::shared_ptr<Sent>;

    async::Task<void> run();
    async::Task<Result<void>> connect();
    async::Task<Result<std::unique_ptr<net::Stream>>> open_stream(Deadline deadline);
    async::Task<Result<void>> introduce(Deadline deadline);
    Result<void> take_connack(const mqtt::Frame& frame);
    async::Task<void> converse();
    async::Task<void> write();
    async::Task<void> read();
    async::Task<Result<mqtt::Frame>> next_frame(Deadline deadline);
    async::Task<void> pause();

    void take(const mqtt::Frame& frame);
    void take_puback(const mqtt::Frame& frame);
    Result<void> check(const MqttMessage& message) const;
    // Encodes what may be sent now.
    void fill_output();
    bool is_overdue() const;
    // It ends for this reason.
    void lose(std::string reason);
    void end_conversation();
    void refuse_all(const Error& error);

    async::EventLoop& loop_;
    net::NameLookups& lookups_;
    const DeclaredMqttBroker broker_;
    const std::shared_ptr<const net::TlsTrust> trust_;
    const MqttBridgeSettings settings_;
    const std::string client_id_;

    std::unique_ptr<net::Stream> stream_;
    Bytes input_;
    std::size_t input_used_ = 0;  // of the frame that was handed out
    Bytes output_;
    std::vector<SentPtr> in_output_;  // of QoS 0: they are done once it is written
    std::deque<SentPtr> waiting_;
    std::map<mqtt::PacketId, SentPtr> in_flight_;
    mqtt::PacketId last_id_ = 0;
    std::uint64_t last_number_ = 0;
    // What the broker told of itself.
    std::uint16_t receive_maximum_ = 65'535;
    std::uint32_t packet_bytes_max_ = mqtt::packet_size_max;
    mqtt::Qos maximum_qos_ = mqtt::Qos::AtLeastOnce;
    bool takes_retained_ = true;
    std::chrono::seconds keep_alive_;

    std::size_t count_ = 0;
    std::size_t bytes_ = 0;
    std::uint64_t connections_ = 0;
    std::chrono::milliseconds next_pause_;
    std::string last_problem_;
    bool is_running_ = false;
    bool is_closed_ = false;
    bool is_lost_ = true;   // there is no conversation
    async::Wake wanted_;    // of the task: there is something to publish
    async::Wake sendable_;  // of the writer
    async::Wake resting_;   // of the pause
    async::TaskGroup tasks_;
};

}  // namespace gatehouse::rules
