// The framed relay: what the event loop can do at best, and what the broker is compared with.
//
// It reads in bulk, looks at every packet (topic remembered a connection, packet identifiers, its
// own PUBACKs), appends to the receivers' outputs and writes once a turn. It has no sessions,
// policies or limits, trusts its clients, and forwards with the QoS that the publisher chose.
//
//   bench_relay              prints {"mqtt": PORT, "pid": PID}; on SIGTERM its counts
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "async/event_loop.h"
#include "mqtt/ack.h"
#include "mqtt/connack.h"
#include "mqtt/frame.h"
#include "mqtt/publish.h"
#include "mqtt/subscribe.h"
#include "net/listener.h"
#include "net/transport.h"

namespace gatehouse::bench {
namespace {

constexpr auto version = mqtt::ProtocolVersion::V3_1_1;
constexpr std::uint32_t packet_bytes_max = 1 << 20;

struct Counts {
    std::uint64_t delivered = 0;
    std::uint64_t reads = 0;
    std::uint64_t writes = 0;
    std::uint64_t changes = 0;  // of what epoll waits for
};

class Connection;

// Who subscribed to what, by exact topic.
struct Relay {
    async::EventLoop& loop;
    std::map<std::string, std::vector<Connection*>, std::less<>> receivers{};
    std::uint64_t generation = 1;
    Counts counts{};
    std::vector<std::unique_ptr<Connection>> connections{};
    std::vector<Connection*> closed{};
};

class Connection final : async::ReadinessHandler, async::TurnEndHook, Pinned {
public:
    Connection(Relay& relay, net::AcceptedSocket socket)
        : relay_(relay),
          slot_(std::move(socket.slot)),
          transport_(net::make_plain_transport(socket.descriptor)) {
        relay_.loop.watch(transport_->descriptor(), *this, EPOLLIN);
    }
    ~Connection() {
        relay_.loop.cancel_turn_end(*this);
        relay_.loop.unwatch(transport_->descriptor(), *this);
    }

private:
    void on_ready(std::uint32_t events) override {
        if ((events & EPOLLOUT) != 0) flush();
        if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) == 0) return;
        const auto buffer = relay_.loop.read_buffer();
        ++relay_.counts.reads;
        const net::IoOutcome outcome = transport_->read(buffer);
        if (outcome.status == net::IoOutcome::Status::WaitRead) return;
        if (outcome.status != net::IoOutcome::Status::Done) return close();
        if (rest_.empty()) {
            const BytesView bytes = buffer.first(outcome.bytes);
            const std::size_t used = parse(bytes);
            rest_.assign(bytes.begin() + static_cast<std::ptrdiff_t>(used), bytes.end());
            return;
        }
        rest_.insert(rest_.end(), buffer.data(), buffer.data() + outcome.bytes);
        const std::size_t used = parse(rest_);
        rest_.erase(rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(used));
    }

    std::size_t parse(BytesView bytes) {
        std::size_t used = 0;
        while (true) {
            const mqtt::FrameScan scan = mqtt::find_frame(bytes.subspan(used), packet_bytes_max);
            if (scan.status != mqtt::FrameStatus::Complete) return used;
            used += scan.frame.size;
            handle(scan.frame);
        }
    }

    void handle(const mqtt::Frame& frame) {
        switch (frame.type()) {
            case mqtt::PacketType::Publish: return on_publish(frame);
            case mqtt::PacketType::Puback: ++acknowledged_; return;
            case mqtt::PacketType::Subscribe: return on_subscribe(frame);
            case mqtt::PacketType::Connect: {
                Bytes packet;
                mqtt::encode(mqtt::Connack{}, version, packet);
                return send(packet);
            }
            case mqtt::PacketType::Pingreq: return send(mqtt::pingresp_packet);
            default: return;
        }
    }

    void on_publish(const mqtt::Frame& frame) {
        const std::uint8_t* const body = frame.data + frame.header_size;
        const std::string_view topic(reinterpret_cast<const char*>(body) + 2,
                                     static_cast<std::size_t>(body[0] << 8 | body[1]));
        if (generation_ != relay_.generation || topic != topic_) {
            topic_ = topic;
            generation_ = relay_.generation;
            const auto found = relay_.receivers.find(topic);
            receivers_ = found == relay_.receivers.end() ? nullptr : &found->second;
        }
        const bool acknowledged = (frame.first_byte() & 0x06) != 0;
        const std::uint32_t id_at = mqtt::packet_id_offset(frame);
        if (receivers_ != nullptr) {
            for (Connection* const receiver : *receivers_) {
                std::uint8_t* const copy = receiver->room(frame.size);
                std::memcpy(copy, frame.data, frame.size);
                if (acknowledged) mqtt::patch_packet_id(copy, id_at, receiver->next_id());
                ++relay_.counts.delivered;
            }
        }
        if (!acknowledged) return;
        const auto id = static_cast<mqtt::PacketId>(frame.data[id_at] << 8 | frame.data[id_at + 1]);
        mqtt::encode_short_ack(room(mqtt::short_ack_size), mqtt::PacketType::Puback, id);
    }

    void on_subscribe(const mqtt::Frame& frame) {
        const auto subscribe = mqtt::decode_subscribe(frame, version);
        if (!subscribe) return close();
        mqtt::Suback suback{.packet_id = subscribe->packet_id};
        for (const mqtt::Subscription& subscription : subscribe->subscriptions) {
            relay_.receivers[std::string(subscription.filter)].push_back(this);
            suback.reasons.push_back(mqtt::granted(subscription.qos));
        }
        ++relay_.generation;
        Bytes packet;
        mqtt::encode(suback, version, packet);
        send(packet);
    }

    mqtt::PacketId next_id() {
        if (++last_id_ == 0) ++last_id_;
        return last_id_;
    }

    std::uint8_t* room(std::size_t bytes) {
        relay_.loop.request_turn_end(*this);
        const std::size_t end = output_end_;
        output_end_ += bytes;
        if (output_end_ > output_.size()) output_.resize(std::max(output_end_, 2 * output_.size()));
        return output_.data() + end;
    }
    void send(BytesView packet) { std::memcpy(room(packet.size()), packet.data(), packet.size()); }

    void on_turn_end() override { flush(); }
    void flush() {
        if (output_begin_ < output_end_) {
            const iovec piece{output_.data() + output_begin_, output_end_ - output_begin_};
            ++relay_.counts.writes;
            const net::IoOutcome outcome = transport_->write({&piece, 1});
            if (outcome.status == net::IoOutcome::Status::Done) output_begin_ += outcome.bytes;
        }
        const bool waits = output_begin_ < output_end_;
        if (!waits) output_begin_ = output_end_ = 0;
        if (waits == waits_) return;
        waits_ = waits;
        ++relay_.counts.changes;
        relay_.loop.change_interest(transport_->descriptor(), *this,
                                    waits ? EPOLLIN | EPOLLOUT : EPOLLIN);
    }

    // Destroyed between turns: others may hold a pointer within this one.
    void close() {
        for (auto& [topic, receivers] : relay_.receivers) std::erase(receivers, this);
        ++relay_.generation;
        relay_.loop.change_interest(transport_->descriptor(), *this, 0);
        relay_.closed.push_back(this);
        relay_.loop.post([&relay = relay_] {
            std::erase_if(relay.connections, [&](const std::unique_ptr<Connection>& connection) {
                return std::ranges::find(relay.closed, connection.get()) != relay.closed.end();
            });
            relay.closed.clear();
        });
    }

    Relay& relay_;
    net::ConnectionLimits::Slot slot_;
    std::unique_ptr<net::Transport> transport_;
    Bytes rest_;  // the beginning of a packet not yet whole
    Bytes output_;
    std::size_t output_begin_ = 0;
    std::size_t output_end_ = 0;
    std::string topic_;  // of the last PUBLISH, and who gets it
    std::uint64_t generation_ = 0;
    const std::vector<Connection*>* receivers_ = nullptr;
    std::uint64_t acknowledged_ = 0;
    mqtt::PacketId last_id_ = 0;
    bool waits_ = false;  // for the socket to take more
};

int run() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);

    SystemClock clock;
    async::EventLoop loop(clock, {});
    net::ConnectionLimits limits({});
    Relay relay{.loop = loop};
    const auto address = net::Address::parse("127.0.0.1", 0);
    auto listener = net::Listener::open(
        loop, *address, limits,
        [&](net::AcceptedSocket socket) {
            relay.connections.push_back(std::make_unique<Connection>(relay, std::move(socket)));
        },
        [](std::size_t, const Error&) {});
    if (!listener) {
        fmt::print(stderr, "bench_relay: {}\n", listener.error().message);
        return 1;
    }
    fmt::print("{{\"mqtt\": {}, \"pid\": {}}}\n", (*listener)->address().port(), getpid());
    std::fflush(stdout);
    std::jthread waits_for_signal([&] {
        int signal = 0;
        sigwait(&signals, &signal);
        loop.stop();
    });
    loop.run();
    const Counts& counts = relay.counts;
    fmt::print(
        "{{\"delivered\": {}, \"waits\": {}, \"reads\": {}, \"writes\": {}, \"changes\": {}}}\n",
        counts.delivered, loop.counters().turns, counts.reads, counts.writes, counts.changes);
    listener->reset();
    relay.connections.clear();
    return 0;
}

}  // namespace
}  // namespace gatehouse::bench

int main() {
    return gatehouse::bench::run();
}
