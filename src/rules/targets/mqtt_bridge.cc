#include "rules/targets/mqtt_bridge.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/encoding.h"
#include "base/random.h"
#include "mqtt/ack.h"
#include "mqtt/connect.h"
#include "mqtt/disconnect.h"
#include "mqtt/publish.h"
#include "net/http_client.h"
#include "rules/action.h"

namespace gatehouse::rules {
namespace {

using namespace std::chrono_literals;

// What a broker says to a publisher is short.
constexpr std::uint32_t broker_frame_bytes_max = 64 * 1024;
constexpr std::size_t broker_read_bytes = 4096;
constexpr std::size_t bridge_output_bytes_max = 256UL * 1024;

std::string client_id_of(const DeclaredMqttBroker& broker) {
    if (!broker.client_id.empty()) return broker.client_id;
    // Within the 23 characters that a broker of MQTT 3.1.1 has to take.
    std::array<std::uint8_t, 6> bytes{};
    SystemRandom().fill(bytes);
    return "gatehouse-" + to_hex(bytes);
}

ErrorKind kind_of_refusal(mqtt::ReasonCode reason) {
    switch (reason) {
        case mqtt::ReasonCode::QuotaExceeded:
        case mqtt::ReasonCode::MessageRateTooHigh: return ErrorKind::Throttled;
        case mqtt::ReasonCode::ServerBusy:
        case mqtt::ReasonCode::ServerUnavailable:
        case mqtt::ReasonCode::ServerShuttingDown:
        case mqtt::ReasonCode::ConnectionRateExceeded: return ErrorKind::Unavailable;
        case mqtt::ReasonCode::NotAuthorized:
        case mqtt::ReasonCode::BadUserNameOrPassword:
        case mqtt::ReasonCode::Banned: return ErrorKind::NotAllowed;
        default: return ErrorKind::InvalidInput;
    }
}

std::string refusal_in_words(mqtt::ReasonCode reason, std::string_view text) {
    if (text.empty()) return std::string(mqtt::name_of(reason));
    return fmt::format("{}: {}", mqtt::name_of(reason), text.substr(0, 200));
}

}  // namespace

struct MqttBridge::Sent {
    Sent(MqttMessage given, std::uint64_t order, async::EventLoop& loop)
        : message(std::move(given)), number(order), done(loop) {}

    struct Outcome {
        Result<void> how;
    };
    const MqttMessage message;
    const std::uint64_t number;  // in the order in which they came
    async::OneShot<Outcome> done;
    SteadyTime at{};  // when it was sent
    bool is_given_up = false;
};

MqttBridge::MqttBridge(const Parts& parts, DeclaredMqttBroker broker,
                       std::shared_ptr<const net::TlsTrust> trust, MqttBridgeSettings settings)
    : loop_(parts.loop),
      lookups_(parts.lookups),
      broker_(std::move(broker)),
      trust_(std::move(trust)),
      settings_(settings),
      client_id_(client_id_of(broker_)),
      keep_alive_(settings.keep_alive),
      next_pause_(settings.first_pause),
      wanted_(loop_),
      sendable_(loop_),
      resting_(loop_),
      tasks_(loop_, "bridge to a broker") {}

MqttBridge::~MqttBridge() = default;

async::Task<Result<void>> MqttBridge::publish(MqttMessage message, Deadline deadline) {
    if (is_closed_) co_return fail(ErrorKind::Cancelled, "the server stops");
    const std::size_t bytes = message.bytes();
    if (count_ >= settings_.waiting_max || (count_ > 0 && bytes_ + bytes > settings_.bytes_max)) {
        co_return fail(ErrorKind::Throttled, "Too many messages are on their way to the broker.");
    }
    const auto sent = std::make_shared<Sent>(std::move(message), ++last_number_, loop_);
    ++count_;
    bytes_ += bytes;
    waiting_.push_back(sent);
    if (!std::exchange(is_running_, true)) tasks_.start(run());
    wanted_.notify();
    if (!is_lost_) sendable_.notify();
    auto outcome = co_await sent->done.wait(deadline);
    --count_;
    bytes_ -= bytes;
    sent->is_given_up = true;
    if (outcome) co_return std::move(outcome->how);
    if (is_lost_ && !last_problem_.empty()) {
        co_return fail(ErrorKind::Unavailable,
                       fmt::format("No broker took the message: {}.", last_problem_));
    }
    co_return fail(ErrorKind::Timeout, "The broker did not take the message in time.");
}

void MqttBridge::close() {
    is_closed_ = true;
    refuse_all({ErrorKind::Cancelled, "the server stops", {}});
    if (stream_) stream_->cancel();
    lookups_.cancel(this);
    wanted_.notify();
    sendable_.notify();
    resting_.notify();
}

async::Task<void> MqttBridge::stop() {
    co_await tasks_.join(Deadline::never());
}

void MqttBridge::refuse_all(const Error& error) {
    for (const SentPtr& sent : waiting_) sent->done.resolve({fail(error)});
    for (const auto& [id, sent] : in_flight_) sent->done.resolve({fail(error)});
    waiting_.clear();
    in_flight_.clear();
}

async::Task<void> MqttBridge::run() {
    while (!is_closed_) {
        std::erase_if(waiting_, [](const SentPtr& sent) { return sent->is_given_up; });
        if (waiting_.empty()) {
            co_await wanted_.wait(Deadline::never());
            continue;
        }
        const auto connected = co_await connect();
        if (is_closed_) break;
        if (connected) {
            next_pause_ = settings_.first_pause;
            co_await converse();
        } else {
            last_problem_ = connected.error().message;
            // What more tries would not change is told at once.
            if (!is_worth_repeating(connected.error().kind)) {
                refuse_all({connected.error().kind,
                            fmt::format("The broker cannot be used: {}.", last_problem_),
                            {}});
            }
        }
        stream_.reset();
        co_await pause();
    }
    stream_.reset();
}

async::Task<void> MqttBridge::pause() {
    if (is_closed_) co_return;
    const auto span = std::exchange(next_pause_, std::min(next_pause_ * 2, settings_.pause_max));
    co_await resting_.wait(Deadline::after(loop_.clock(), span));
}

async::Task<Result<std::unique_ptr<net::Stream>>> MqttBridge::open_stream(Deadline deadline) {
    Result<std::vector<net::Address>> found = std::vector<net::Address>();
    if (const auto literal = net::Address::parse(broker_.host, broker_.port)) {
        found->push_back(*literal);
    } else {
        found = co_await lookups_.addresses(broker_.host, broker_.port, this, deadline);
    }
    if (!found) co_return fail(std::move(found.error()));
    Error last{ErrorKind::Unavailable, fmt::format("no address for {}", broker_.host), {}};
    for (std::size_t i = 0; i < found->size() && !is_closed_; ++i) {
        // One that does not answer leaves the others their part of the time.
        const auto part = deadline.remaining(loop_.now()) /
                          static_cast<SteadyTime::duration::rep>(found->size() - i);
        const Deadline own = deadline.sooner_of(Deadline(loop_.now() + part));
        auto stream = broker_.is_encrypted ? co_await net::connect_tls(loop_, (*found)[i],
                                                                       {broker_.host, trust_}, own)
                                           : co_await net::connect_tcp(loop_, (*found)[i], own);
        if (stream) co_return std::move(*stream);
        last = std::move(stream.error());
    }
    // It may have moved.
    lookups_.forget(broker_.host);
    co_return fail(std::move(last));
}

async::Task<Result<void>> MqttBridge::connect() {
    const Deadline deadline = Deadline::after(loop_.clock(), settings_.connect_max);
    auto stream = co_await open_stream(deadline);
    if (!stream) co_return fail(std::move(stream.error()));
    if (is_closed_) co_return fail(ErrorKind::Cancelled, "the server stops");
    stream_ = std::move(*stream);
    input_.clear();
    input_used_ = 0;
    co_return co_await introduce(deadline);
}

async::Task<Result<void>> MqttBridge::introduce(Deadline deadline) {
    mqtt::Connect connect{.version = broker_.version,
                          .clean_start = true,
                          .keep_alive = static_cast<std::uint16_t>(settings_.keep_alive.count()),
                          .client_id = client_id_};
    if (broker_.user_name) connect.user_name = *broker_.user_name;
    if (broker_.password) connect.password = bytes_of(*broker_.password);
    Bytes packet;
    mqtt::encode(connect, packet);
    if (auto written = co_await stream_->write_all(packet, deadline); !written) {
        co_return fail(std::move(written.error()));
    }
    const auto frame = co_await next_frame(deadline);
    if (!frame) co_return fail(frame.error());
    co_return take_connack(*frame);
}

Result<void> MqttBridge::take_connack(const mqtt::Frame& frame) {
    if (frame.type() != mqtt::PacketType::Connack) {
        return fail(ErrorKind::Unavailable, "what answers there does not speak MQTT");
    }
    const auto connack = mqtt::decode_connack(frame, broker_.version);
    if (!connack) {
        return fail(ErrorKind::Unavailable,
                    broker_.version == mqtt::ProtocolVersion::V5
                        ? "its CONNACK cannot be read; it may speak MQTT 3.1.1 alone (version)"
                        : "its CONNACK cannot be read");
    }
    if (mqtt::is_failure(connack->reason)) {
        return fail(kind_of_refusal(connack->reason),
                    fmt::format("it refuses the connection ({})",
                                refusal_in_words(connack->reason,
                                                 connack->properties.reason_string.value_or(""))));
    }
    const mqtt::ConnackProperties& told = connack->properties;
    receive_maximum_ = std::min(told.receive_maximum, settings_.in_flight_max);
    packet_bytes_max_ = told.maximum_packet_size;
    maximum_qos_ = std::min(told.maximum_qos, mqtt::Qos::AtLeastOnce);
    takes_retained_ = told.retain_available;
    keep_alive_ = told.server_keep_alive ? std::chrono::seconds(*told.server_keep_alive)
                                         : settings_.keep_alive;
    return {};
}

// The frame is there until the next one is asked for.
async::Task<Result<mqtt::Frame>> MqttBridge::next_frame(Deadline deadline) {
    input_.erase(input_.begin(), input_.begin() + static_cast<std::ptrdiff_t>(input_used_));
    input_used_ = 0;
    for (;;) {
        const auto [status, frame] = mqtt::find_frame(input_, broker_frame_bytes_max);
        if (status == mqtt::FrameStatus::Complete) {
            input_used_ = frame.size;
            co_return frame;
        }
        if (status != mqtt::FrameStatus::NeedMore) {
            co_return fail(ErrorKind::Unavailable, "what answers there does not speak MQTT");
        }
        std::array<std::uint8_t, broker_read_bytes> buffer;
        const auto count = co_await stream_->read_some(buffer, deadline);
        if (!count) co_return fail(count.error());
        if (*count == 0) co_return fail(ErrorKind::Unavailable, "it closed the connection");
        input_.insert(input_.end(), buffer.begin(),
                      buffer.begin() + static_cast<std::ptrdiff_t>(*count));
    }
}

async::Task<void> MqttBridge::converse() {
    ++connections_;
    is_lost_ = false;
    last_problem_.clear();
    output_.clear();
    in_output_.clear();
    async::TaskGroup writing(loop_, "to a broker");
    sendable_.notify();
    writing.start(write());
    co_await read();
    end_conversation();
    co_await writing.join(Deadline::never());
    // What was not acknowledged goes on with the next connection, before what came later.
    waiting_.insert(waiting_.begin(), in_output_.begin(), in_output_.end());
    in_output_.clear();
    for (const auto& [id, sent] : in_flight_) waiting_.push_back(sent);
    in_flight_.clear();
    std::ranges::sort(waiting_, {}, [](const SentPtr& sent) { return sent->number; });
}

void MqttBridge::lose(std::string reason) {
    if (is_lost_) return;
    last_problem_ = std::move(reason);
    end_conversation();
}

void MqttBridge::end_conversation() {
    is_lost_ = true;
    if (stream_) stream_->cancel();
    sendable_.notify();
}

bool MqttBridge::is_overdue() const {
    return std::ranges::any_of(in_flight_, [this](const auto& each) {
        return loop_.now() - each.second->at > settings_.acknowledge_max;
    });
}

// Until the connection ends. Says something to the broker before it takes the silence for an end.
async::Task<void> MqttBridge::read() {
    bool is_asked = false;  // PINGREQ, and what comes next is not there yet
    while (!is_lost_ && !is_closed_) {
        const auto quiet = keep_alive_.count() > 0 ? keep_alive_ / 2 : settings_.keep_alive;
        const auto span = std::min<std::chrono::milliseconds>(
            std::max<std::chrono::milliseconds>(quiet, 1s), settings_.acknowledge_max);
        const auto frame = co_await next_frame(Deadline::after(loop_.clock(), span));
        if (frame) {
            is_asked = false;
            take(*frame);
            if (is_overdue()) co_return lose("it does not acknowledge messages");
            continue;
        }
        if (frame.error().kind != ErrorKind::Timeout) co_return lose(frame.error().message);
        if (is_asked) co_return lose("it does not answer any more");
        if (is_overdue()) co_return lose("it does not acknowledge messages");
        is_asked = true;
        output_.insert(output_.end(), mqtt::pingreq_packet.begin(), mqtt::pingreq_packet.end());
        sendable_.notify();
    }
}

async::Task<void> MqttBridge::write() {
    while (!is_lost_ && !is_closed_) {
        fill_output();
        if (output_.empty()) {
            co_await sendable_.wait(Deadline::never());
            continue;
        }
        const Bytes packets = std::exchange(output_, {});
        const std::vector<SentPtr> done = in_output_;
        const auto written = co_await stream_->write_all(
            packets, Deadline::after(loop_.clock(), settings_.acknowledge_max));
        if (!written) co_return lose(written.error().message);
        for (const SentPtr& sent : done) sent->done.resolve({Result<void>()});
        in_output_.erase(in_output_.begin(),
                         in_output_.begin() + static_cast<std::ptrdiff_t>(done.size()));
    }
}

Result<void> MqttBridge::check(const MqttMessage& message) const {
    if (message.qos > maximum_qos_) {
        return fail(ErrorKind::Unsupported, "The broker takes messages with QoS 0 alone.");
    }
    if (message.retain && !takes_retained_) {
        return fail(ErrorKind::Unsupported, "The broker takes no retained messages.");
    }
    const mqtt::PublishParts parts{
        .topic = message.topic, .payload = bytes_of(message.payload), .qos = message.qos};
    if (mqtt::encoded_publish_size(broker_.version, parts) > packet_bytes_max_) {
        return fail(ErrorKind::TooLarge, "The message is larger than the broker takes.");
    }
    return {};
}

void MqttBridge::fill_output() {
    while (!waiting_.empty() && output_.size() < bridge_output_bytes_max) {
        const SentPtr sent = waiting_.front();
        const MqttMessage& message = sent->message;
        const bool is_acknowledged = message.qos != mqtt::Qos::AtMostOnce;
        if (is_acknowledged && in_flight_.size() >= receive_maximum_) return;
        waiting_.pop_front();
        if (sent->is_given_up) continue;
        if (auto checked = check(message); !checked) {
            sent->done.resolve({std::move(checked)});
            continue;
        }
        mqtt::Publish packet{.topic = message.topic,
                             .payload = bytes_of(message.payload),
                             .qos = message.qos,
                             .retain = message.retain};
        sent->at = loop_.now();
        if (is_acknowledged) {
            do {
                ++last_id_;
            } while (last_id_ == 0 || in_flight_.contains(last_id_));
            packet.packet_id = last_id_;
            in_flight_.emplace(last_id_, sent);
        } else {
            in_output_.push_back(sent);
        }
        mqtt::encode(packet, broker_.version, output_);
    }
}

void MqttBridge::take(const mqtt::Frame& frame) {
    switch (frame.type()) {
        case mqtt::PacketType::Puback: return take_puback(frame);
        case mqtt::PacketType::Pingresp: return;
        case mqtt::PacketType::Disconnect: {
            const auto told = mqtt::decode_disconnect(frame, broker_.version, mqtt::Sender::Server);
            if (!told) return lose("it ended the connection");
            return lose(fmt::format(
                "it ended the connection ({})",
                refusal_in_words(told->reason, told->properties.reason_string.value_or(""))));
        }
        default: return lose("it sends what nobody asked for");
    }
}

void MqttBridge::take_puback(const mqtt::Frame& frame) {
    const auto ack = mqtt::decode_ack(frame, broker_.version);
    if (!ack) return lose("its PUBACK cannot be read");
    const auto found = in_flight_.find(ack->packet_id);
    if (found == in_flight_.end()) return lose("it acknowledges what was not sent");
    const SentPtr sent = found->second;
    in_flight_.erase(found);
    if (mqtt::is_failure(ack->reason)) {
        sent->done.resolve(
            {fail(kind_of_refusal(ack->reason),
                  fmt::format(
                      "The broker refused the message: {}.",
                      refusal_in_words(ack->reason, ack->properties.reason_string.value_or(""))))});
    } else {
        sent->done.resolve({Result<void>()});
    }
    if (!waiting_.empty()) sendable_.notify();
}

}  // namespace gatehouse::rules
