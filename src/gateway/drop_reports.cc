#include "gateway/drop_reports.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "async/timing_wheel.h"
#include "base/uuid.h"
#include "broker/session.h"
#include "gateway/drop_tally.h"
#include "gateway/session_owner.h"

namespace gatehouse::gateway {
namespace {

// What is dropped together is told together.
constexpr std::chrono::seconds collected_for{1};

struct Told {
    std::string_view reason;    // for machines
    std::string_view sentence;  // for people
};

Told told(broker::DropCause cause) {
    using broker::DropCause;
    switch (cause) {
        case DropCause::NotAllowed:
            return {"AUTHORIZATION_FAILURE", "the policies do not allow it"};
        case DropCause::OutboundFull:
            return {"OUTPUT_FULL", "the client does not read fast enough, and QoS 0 does not wait"};
        case DropCause::QueueFull:
            return {"QUEUE_FULL",
                    "what waits for the session, or for all of them, is at its bound: "
                    "limits.session-queue-messages-max, limits.session-queue-bytes-max, "
                    "limits.queues-bytes-max"};
        case DropCause::Expired:
            return {"MESSAGE_EXPIRED", "the Message Expiry Interval passed while they waited"};
        case DropCause::PacketTooLarge:
            return {"PACKET_TOO_LARGE", "over the client's Maximum Packet Size"};
        case DropCause::RateExceeded: return {"RATE_EXCEEDED", "QoS 0 over the connection's rate"};
        case DropCause::RetryExceeded:
            return {"RETRY_EXCEEDED", "not acknowledged within limits.retry-seconds-max"};
        case DropCause::SessionEnded:
            return {"SESSION_ENDED", "still waiting or unacknowledged when the session ended"};
    }
    return {};
}

// A message that could not be stored for who is away is AWS's "Queued".
logs::EventType type_of(broker::DropCause cause, bool is_online) {
    const bool is_away = cause == broker::DropCause::QueueFull && !is_online;
    return is_away ? logs::EventType::Queued : logs::EventType::PublishOut;
}

}  // namespace

class DropReports::OfLoop : Pinned {
public:
    OfLoop(async::EventLoop& loop, logs::EventSink& events, const logs::LevelResolver& levels,
           Random& random)
        : loop_(loop), events_(events), levels_(levels), random_(random), timer_([this] {
              is_waiting_ = false;
              tell();
          }) {}

    void note(const broker::Session& session, const Taker& taker, std::string_view topic,
              mqtt::Qos qos, broker::DropCause cause) {
        const DropTally::Subject subject{session.tenant(), session.client_id(), taker.principal_id,
                                         taker.source_ip, cause};
        const DropTally::Message message{topic, qos, session.is_connected()};
        if (tally_.count(subject, message)) return;
        if (!is_kept(subject, message)) return;
        tally_.add(subject, message);
        wait();
    }

    // For most servers nobody's are, and this is asked for each message.
    bool may_keep_queued() const {
        return events_.keeps(levels_.most_verbose(), logs::EventType::Queued,
                             logs::Status::Success);
    }
    void tell_queued(const broker::Session& session, std::string_view principal_id,
                     std::string_view topic, mqtt::Qos qos) {
        constexpr auto type = logs::EventType::Queued;
        constexpr auto status = logs::Status::Success;
        const logs::Level level = levels_.level_for({.tenant = session.tenant(),
                                                     .client_id = session.client_id(),
                                                     .principal_id = principal_id});
        if (!events_.keeps(level, type, status)) return;
        const std::string text = std::to_string(static_cast<int>(qos));
        const logs::Member more[] = {{"qos", std::string_view(text)}};
        const std::string trace_id = make_uuid(random_);
        events_.record({.tenant = session.tenant(),
                        .type = type,
                        .trace_id = trace_id,
                        .origin = {.protocol = "MQTT",
                                   .client_id = session.client_id(),
                                   .principal_id = principal_id},
                        .topic_name = topic,
                        .details = "the client is away",
                        .more = more});
    }

    void tell(const broker::DeniedWill& will) {
        const std::string_view principal_id = principal_id_of(will.author);
        constexpr auto type = logs::EventType::PublishIn;
        constexpr auto status = logs::Status::Failure;
        const logs::Level level = levels_.level_for(
            {.tenant = will.tenant, .client_id = will.client_id, .principal_id = principal_id});
        if (!events_.keeps(level, type, status)) return;
        const std::string trace_id = make_uuid(random_);
        events_.record({.tenant = will.tenant,
                        .type = type,
                        .status = status,
                        .trace_id = trace_id,
                        .origin = {.protocol = "MQTT",
                                   .client_id = will.client_id,
                                   .principal_id = principal_id},
                        .topic_name = will.topic,
                        .reason = "AUTHORIZATION_FAILURE",
                        .details = "the will was not sent: its client may not publish it any "
                                   "more"});
    }

private:
    bool is_kept(const DropTally::Subject& subject, const DropTally::Message& message) const {
        const logs::Level level = levels_.level_for({.tenant = subject.tenant,
                                                     .client_id = subject.client_id,
                                                     .principal_id = subject.principal_id,
                                                     .source_ip = subject.source_ip});
        return events_.keeps(level, type_of(subject.cause, message.is_online),
                             logs::Status::Failure);
    }

    void wait() {
        if (std::exchange(is_waiting_, true)) return;
        loop_.timers().set(timer_, loop_.now() + collected_for);
    }

    void tell() {
        for (const DropTally::Dropped& dropped : tally_.take(loop_.now())) tell(dropped);
        if (!tally_.is_empty()) wait();
    }

    void tell(const DropTally::Dropped& dropped) {
        // The level may have changed since.
        if (!is_kept({dropped.tenant, dropped.client_id, dropped.principal_id, dropped.source_ip,
                      dropped.cause},
                     {dropped.topic, dropped.qos, dropped.was_online})) {
            return;
        }
        const auto [reason, sentence] = told(dropped.cause);
        const std::string whose = dropped.client_id.empty() ? " of other clients" : "";
        const std::string details =
            fmt::format("{} message{}{} not delivered: {}", dropped.count,
                        dropped.count == 1 ? " was" : "s were", whose, sentence);
        const std::string qos = std::to_string(static_cast<int>(dropped.qos));
        const logs::Member more[] = {{"qos", std::string_view(qos)},
                                     {"messages", static_cast<std::int64_t>(dropped.count)}};
        const std::string trace_id = make_uuid(random_);
        events_.record({.tenant = dropped.tenant,
                        .type = type_of(dropped.cause, dropped.was_online),
                        .status = logs::Status::Failure,
                        .trace_id = trace_id,
                        .origin = {.protocol = "MQTT",
                                   .client_id = dropped.client_id,
                                   .principal_id = dropped.principal_id,
                                   .source_ip = dropped.source_ip},
                        .topic_name = dropped.topic,
                        .reason = reason,
                        .details = details,
                        .more = more});
    }

    async::EventLoop& loop_;
    logs::EventSink& events_;
    const logs::LevelResolver& levels_;
    Random& random_;
    DropTally tally_;
    bool is_waiting_ = false;
    async::FunctionTimer timer_;
};

DropReports::DropReports(std::span<async::EventLoop* const> loops, logs::EventSink& events,
                         const logs::LevelResolver& levels, Random& random, TakerOf taker_of)
    : taker_of_(std::move(taker_of)) {
    for (async::EventLoop* const loop : loops) {
        loops_.push_back(std::make_unique<OfLoop>(*loop, events, levels, random));
    }
}

DropReports::~DropReports() = default;

void DropReports::on_queued(const broker::Session& session, std::string_view topic, mqtt::Qos qos) {
    OfLoop& loop = *loops_[session.place().loop];
    if (loop.may_keep_queued()) {
        loop.tell_queued(session, taker_of_(session).principal_id, topic, qos);
    }
}

void DropReports::on_dropped(const broker::Session& session, std::string_view topic, mqtt::Qos qos,
                             broker::DropCause cause, std::uint32_t) {
    if (cause == broker::DropCause::NotAllowed) return;
    loops_[session.place().loop]->note(session, taker_of_(session), topic, qos, cause);
}

void DropReports::on_will_denied(const broker::DeniedWill& will) {
    loops_[will.loop]->tell(will);
}

}  // namespace gatehouse::gateway
