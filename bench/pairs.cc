#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

#include "mqtt/ack.h"
#include "mqtt/publish.h"
#include "process_usage.h"
#include "scenarios.h"

namespace gatehouse::bench {
namespace {

using std::chrono::steady_clock;
constexpr auto version = mqtt::ProtocolVersion::V3_1_1;
constexpr std::chrono::milliseconds warm_up{300};
constexpr std::chrono::milliseconds silence_max{1000};  // then what is missing is lost

struct Pair {
    std::uint64_t sent = 0;
    std::uint64_t acknowledged = 0;
    std::uint64_t received = 0;  // counting duplicates
    std::uint64_t expected = 0;  // the number of the next message
    std::uint64_t lost = 0;
    std::uint64_t duplicates = 0;
    bool subscribed = false;
    bool gone = false;
};

class Subscriber final : public Client {
public:
    Subscriber(async::EventLoop& loop, const Load& load, Pair& pair, std::size_t index)
        : Client(loop, load.target, fmt::format("subscriber-{}", index),
                 load.durable ? Session::Kept : Session::Clean),
          pair_(pair),
          filter_(fmt::format("bench/{}/data", index)),
          qos_(load.qos) {}

private:
    void on_connack(int code) override {
        if (code != 0) return on_gone();
        subscribe(filter_, qos_);
    }
    void on_gone() override { pair_.gone = true; }
    void on_packet(const mqtt::Frame& frame) override {
        if (frame.type() == mqtt::PacketType::Suback) {
            pair_.subscribed = frame.data[frame.size - 1] < 0x80;
            pair_.gone = !pair_.subscribed;
        }
        if (frame.type() != mqtt::PacketType::Publish) return;
        const std::uint32_t id_at = mqtt::packet_id_offset(frame);
        const bool acknowledge = (frame.first_byte() & 0x06) != 0;
        std::uint64_t number = 0;
        std::memcpy(&number, frame.data + id_at + (acknowledge ? 2 : 0), sizeof number);
        ++pair_.received;
        if (number < pair_.expected) {
            ++pair_.duplicates;
        } else {
            pair_.lost += number - pair_.expected;
            pair_.expected = number + 1;
        }
        if (!acknowledge) return;
        const auto id = static_cast<mqtt::PacketId>(frame.data[id_at] << 8 | frame.data[id_at + 1]);
        mqtt::encode_short_ack(room(mqtt::short_ack_size), mqtt::PacketType::Puback, id);
    }

    Pair& pair_;
    std::string filter_;
    mqtt::Qos qos_;
};

class Publisher final : public Client {
public:
    Publisher(async::EventLoop& loop, const Load& load, Pair& pair, std::size_t index)
        : Client(loop, load.target, fmt::format("publisher-{}", index)),
          pair_(pair),
          in_flight_(load.in_flight),
          acknowledged_(load.qos == mqtt::Qos::AtLeastOnce),
          offline_(load.offline) {
        const std::string topic = fmt::format("bench/{}/data", index);
        const Bytes payload(load.payload_bytes, 'x');
        const mqtt::PublishParts parts{.topic = topic, .payload = payload, .qos = load.qos};
        const mqtt::PublishLayout layout = mqtt::publish_layout(version, parts);
        frame_.resize(layout.size);
        mqtt::encode_publish(frame_.data(), version, parts, layout);
        id_at_ = layout.packet_id_at;
        payload_at_ = layout.payload_at;
    }

    void send_one() {
        std::uint8_t* const copy = room(frame_.size());
        std::memcpy(copy, frame_.data(), frame_.size());
        std::memcpy(copy + payload_at_, &pair_.sent, sizeof pair_.sent);
        if (acknowledged_) {
            mqtt::patch_packet_id(copy, id_at_,
                                  static_cast<mqtt::PacketId>(pair_.sent % 0xffff + 1));
        }
        ++pair_.sent;
    }
    void fill_window() {
        const std::uint64_t arrived = offline_        ? pair_.acknowledged
                                      : acknowledged_ ? std::min(pair_.expected, pair_.acknowledged)
                                                      : pair_.expected;
        while (pair_.sent - arrived < in_flight_) send_one();
    }

private:
    void on_connack(int code) override {
        if (code != 0) on_gone();
    }
    void on_gone() override { pair_.gone = true; }
    void on_packet(const mqtt::Frame& frame) override {
        if (frame.type() == mqtt::PacketType::Puback) ++pair_.acknowledged;
    }

    Pair& pair_;
    std::size_t in_flight_;
    bool acknowledged_;
    bool offline_;
    Bytes frame_;
    std::uint32_t id_at_ = 0;
    std::uint32_t payload_at_ = 0;
};

struct Totals {
    std::uint64_t sent = 0;
    std::uint64_t received = 0;
    std::uint64_t lost = 0;
    std::uint64_t duplicates = 0;
    bool any_gone = false;
};

class Pairs {
public:
    Pairs(async::EventLoop& loop, const Load& load)
        : loop_(loop), load_(load), pairs_(load.pairs) {}

    // False when a connection or a subscription was refused.
    bool connect() {
        for (std::size_t i = 0; i < pairs_.size(); ++i) {
            subscribers_.push_back(std::make_unique<Subscriber>(loop_, load_, pairs_[i], i));
            publishers_.push_back(std::make_unique<Publisher>(loop_, load_, pairs_[i], i));
            const auto end = steady_clock::now() + std::chrono::seconds(10);
            while (!pairs_[i].subscribed || !publishers_[i]->is_connected()) {
                if (pairs_[i].gone || steady_clock::now() > end) return false;
                loop_.run_once(std::chrono::milliseconds(100));
            }
        }
        if (!load_.offline) return true;
        for (auto& subscriber : subscribers_) subscriber->leave();
        return true;
    }

    void publish_for(std::chrono::milliseconds duration) {
        const auto start = steady_clock::now();
        if (load_.rate == 0) {
            while (steady_clock::now() - start < duration) {
                for (auto& publisher : publishers_) publisher->fill_window();
                loop_.run_once(std::chrono::milliseconds(10));
            }
            return;
        }
        // One message at a time, evenly: what many devices with little to say look like.
        const std::chrono::nanoseconds gap(1'000'000'000 / load_.rate);
        for (auto due = start; due - start < duration; due += gap) {
            publishers_[next_++ % publishers_.size()]->send_one();
            do {
                loop_.run_once(std::chrono::milliseconds(0));
                sleep_until(std::min(due + gap, steady_clock::now() + gap));
            } while (steady_clock::now() < due + gap);
        }
    }

    // Until everything has arrived or nothing comes any more.
    void drain() {
        auto heard = steady_clock::now();
        for (Totals last = totals(); last.received < last.sent;) {
            loop_.run_once(std::chrono::milliseconds(10));
            const Totals now = totals();
            if (now.received != last.received) heard = steady_clock::now();
            if (steady_clock::now() - heard > silence_max) break;
            last = now;
        }
    }

    Totals totals() const {
        Totals sum;
        for (const Pair& pair : pairs_) {
            sum.sent += pair.sent;
            sum.received += load_.offline ? pair.acknowledged : pair.received;
            sum.lost += pair.lost;
            sum.duplicates += pair.duplicates;
            sum.any_gone |= pair.gone;
        }
        return sum;
    }
    std::uint64_t never_arrived() const {
        std::uint64_t count = 0;
        for (const Pair& pair : pairs_) {
            count += load_.offline ? pair.sent - pair.acknowledged
                                   : pair.lost + pair.sent - pair.expected;
        }
        return count;
    }

private:
    static void sleep_until(steady_clock::time_point time) {
        const auto since_epoch = time.time_since_epoch();
        const auto seconds = std::chrono::floor<std::chrono::seconds>(since_epoch);
        const timespec at{seconds.count(), std::chrono::nanoseconds(since_epoch - seconds).count()};
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, nullptr);
    }

    async::EventLoop& loop_;
    const Load& load_;
    std::vector<Pair> pairs_;
    std::vector<std::unique_ptr<Subscriber>> subscribers_;
    std::vector<std::unique_ptr<Publisher>> publishers_;
    std::size_t next_ = 0;
};

}  // namespace

int run_pairs(async::EventLoop& loop, const Load& load) {
    Pairs pairs(loop, load);
    if (!pairs.connect()) {
        fmt::print(stderr, "bench_load: the server refused a connection or a subscription\n");
        return 1;
    }
    pairs.publish_for(warm_up);
    // What counts system calls from outside starts at this line and stops at the next.
    fmt::print("{{\"measuring\": true}}\n");
    std::fflush(stdout);
    const Totals before = pairs.totals();
    const ProcessUsage used = usage_of(load.server);
    const auto start = steady_clock::now();
    pairs.publish_for(load.duration);
    const std::chrono::duration<double> seconds = steady_clock::now() - start;
    const std::chrono::duration<double, std::micro> cpu = usage_of(load.server).cpu - used.cpu;
    const auto delivered = static_cast<double>(pairs.totals().received - before.received);
    pairs.drain();
    const Totals all = pairs.totals();
    fmt::print(
        "{{\"delivered\": {:.0f}, \"per_second\": {:.0f}, \"cpu_us\": {:.4f}, \"lost\": {}, "
        "\"duplicates\": {}}}\n",
        delivered, delivered / seconds.count(), cpu.count() / std::max(delivered, 1.0),
        pairs.never_arrived(), all.duplicates);
    return all.any_gone || pairs.never_arrived() > 0 ? 1 : 0;
}

}  // namespace gatehouse::bench
