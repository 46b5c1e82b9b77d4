// What a device connection tells the log.
#include <fmt/format.h>

#include "broker/session.h"
#include "gateway/denial.h"
#include "gateway/device_connection.h"
#include "gateway/drop_reports.h"
#include "gateway/gateway.h"
#include "gateway/identity_keeper.h"
#include "gateway/loop_gateway.h"
#include "gateway/session_owner.h"

namespace gatehouse::gateway {
namespace {

std::string_view warning_of(PasswordExposure exposure) {
    switch (exposure) {
        case PasswordExposure::None: break;
        case PasswordExposure::FromBalancer:
            return "the password came from the load balancer without TLS: whoever is on the way "
                   "from there can read it";
        case PasswordExposure::OnTheWay:
            return "the password came without TLS: whoever is on the way can read it";
    }
    return {};
}

}  // namespace

Taker DeviceConnection::taker_of(const broker::Session& session) {
    if (const DeviceConnection* const online = of(session)) {
        return {online->identity_->principal_id, online->facts_->source_ip};
    }
    return {principal_id_of(session.principal()), {}};
}

void DeviceConnection::follow_log_level() {
    if (facts_->log_level_generation != gateway_.parts().levels.generation()) [[unlikely]] {
        refresh_log_level();
    }
}

bool DeviceConnection::keeps(logs::EventType type, logs::Status status) {
    follow_log_level();
    return gateway_.parts().events.keeps(facts_->log_level, type, status);
}

void DeviceConnection::refresh_log_level() {
    const logs::LevelResolver& levels = gateway_.parts().levels;
    facts_->log_level_generation = levels.generation();
    facts_->log_level = levels.level_for(facts_->subject(identity_->principal_id));
    denied_deliveries_.reset();  // they may have been told to nobody
    if (!lease_.is_void()) observe_deliveries();
}

void DeviceConnection::observe_deliveries() {
    const bool is_wanted = gateway_.parts().events.keeps(
        facts_->log_level, logs::EventType::PublishOut, logs::Status::Success);
    lease_.observe_deliveries(is_wanted ? broker::Observe::Yes : broker::Observe::No,
                              facts_->log_level_generation);
}

void DeviceConnection::on_delivered(std::string_view topic) {
    report_success(logs::EventType::PublishOut, topic);
}

void DeviceConnection::report_connected() {
    facts_->trace.outcome(logs::Outcome::Accepted);
    if (!keeps(logs::EventType::Connect, logs::Status::Success)) return;
    gateway_.parts().events.record({.tenant = facts_->tenant(),
                                    .type = logs::EventType::Connect,
                                    .trace_id = facts_->trace_id,
                                    .origin = facts_->origin(identity_->principal_id),
                                    .details = warning_of(facts_->password_exposure),
                                    .authentication_type = name_of(identity_->type),
                                    .authorizer_name = identity_->authorizer_name,
                                    .door = name_of(facts_->door),
                                    .domain_configuration = name_of(facts_->domain),
                                    .explanation = identity_->permission_problem
                                                       ? *identity_->permission_problem
                                                       : std::string_view()});
}

void DeviceConnection::report_disconnected(const Ending& ending) {
    if (const std::uint64_t count = rate_watch_ ? rate_watch_->take_untold() : 0; count != 0) {
        report_over_rate(count, gateway_.settings().profile.behaviour.rates == Rates::Throttled);
    }
    if (const std::uint64_t count = retained_watch_ ? retained_watch_->take_untold() : 0;
        count != 0) {
        report_not_retained(count);
    }
    facts_->trace.step(logs::StepKind::Ended, logs::StepStatus::Noted,
                       ending.details.empty()
                           ? std::string(name_of(ending.reason))
                           : fmt::format("{}: {}", name_of(ending.reason), ending.details));
    facts_->trace.outcome(logs::Outcome::Ended);
    // The client's own goodbye and the server's are no failures.
    const bool failed = ending.reason != DisconnectReason::ClientInitiated &&
                        ending.reason != DisconnectReason::ServerInitiated &&
                        ending.reason != DisconnectReason::ConnectionLost &&
                        ending.reason != DisconnectReason::CustomAuthExpired &&
                        ending.reason != DisconnectReason::WebSocketExpired;
    const logs::Status status = failed ? logs::Status::Failure : logs::Status::Success;
    if (!keeps(logs::EventType::Disconnect, status)) return;
    const bool taken_over = ending.reason == DisconnectReason::DuplicateClientId;
    gateway_.parts().events.record(
        {.tenant = facts_->tenant(),
         .type = logs::EventType::Disconnect,
         .status = status,
         .trace_id = ending.trace_id.empty() ? facts_->trace_id.view() : ending.trace_id,
         .origin = facts_->origin(identity_->principal_id),
         .reason = !failed      ? std::string_view()
                   : taken_over ? "DUPLICATE_CLIENT_ID"
                                : name_of(ending.reason),
         .details = ending.details,
         .disconnect_reason = name_of(ending.reason)});
}

UuidText DeviceConnection::new_trace_id() const {
    return UuidText(make_uuid(gateway_.parts().random));
}

void DeviceConnection::report_publish_in(const mqtt::Publish& publish, std::string_view trace_id) {
    const logs::Member retained{"retain", std::string_view("True")};
    gateway_.parts().events.record(
        {.tenant = facts_->tenant(),
         .type = logs::EventType::PublishIn,
         .trace_id = trace_id,
         .origin = facts_->origin(identity_->principal_id),
         .topic_name = publish.topic,
         .more = publish.retain ? std::span(&retained, 1) : std::span<const logs::Member>()});
}

void DeviceConnection::report_over_rate(std::uint64_t count, bool is_throttled) {
    if (!keeps(logs::EventType::ConnectionRate, logs::Status::Failure)) return;
    const Limits& limits = gateway_.settings().profile.limits;
    const std::string details = fmt::format(
        "more than {} messages or {} bytes in a second: {}; {} since the last record of this",
        limits.connection_publishes_per_second_max, limits.connection_bytes_per_second_max,
        is_throttled ? "QoS 0 is discarded, QoS 1 waits"
                     : "AWS IoT would discard QoS 0 and delay QoS 1",
        count);
    gateway_.parts().events.record({.tenant = facts_->tenant(),
                                    .type = logs::EventType::ConnectionRate,
                                    .status = logs::Status::Failure,
                                    .trace_id = facts_->trace_id,
                                    .origin = facts_->origin(identity_->principal_id),
                                    .reason = "PUBLISH_RATE",
                                    .details = details});
}

void DeviceConnection::report_not_retained(std::uint64_t count) {
    if (!keeps(logs::EventType::PublishIn, logs::Status::Failure)) return;
    const std::string details =
        fmt::format("{}; {} since the last record of this", no_room_to_retain, count);
    gateway_.parts().events.record({.tenant = facts_->tenant(),
                                    .type = logs::EventType::PublishIn,
                                    .status = logs::Status::Failure,
                                    .trace_id = facts_->trace_id,
                                    .origin = facts_->origin(identity_->principal_id),
                                    .reason = "RETAINED_LIMIT",
                                    .details = details});
}

void DeviceConnection::report_success(logs::EventType type, std::string_view topic) {
    if (!keeps(type, logs::Status::Success)) return;
    const std::string trace_id = make_uuid(gateway_.parts().random);
    gateway_.parts().events.record({.tenant = facts_->tenant(),
                                    .type = type,
                                    .trace_id = trace_id,
                                    .origin = facts_->origin(identity_->principal_id),
                                    .topic_name = topic});
}

void DeviceConnection::report_refused(logs::EventType type, std::string_view topic,
                                      std::string_view reason, std::string_view details,
                                      std::string_view trace_id) {
    if (!keeps(type, logs::Status::Failure)) return;
    gateway_.parts().events.record({.tenant = facts_->tenant(),
                                    .type = type,
                                    .status = logs::Status::Failure,
                                    .trace_id = trace_id,
                                    .origin = facts_->origin(identity_->principal_id),
                                    .topic_name = topic,
                                    .reason = reason,
                                    .details = details});
}

void DeviceConnection::report_denied(logs::EventType type, std::string_view topic,
                                     const Denial& denial, std::string_view trace_id) {
    facts_->trace.step(logs::StepKind::PolicyDecided, logs::StepStatus::Failed, denial.sentence);
    if (!keeps(type, logs::Status::Failure)) return;
    gateway_.parts().events.record({.tenant = facts_->tenant(),
                                    .type = type,
                                    .status = logs::Status::Failure,
                                    .trace_id = trace_id,
                                    .origin = facts_->origin(identity_->principal_id),
                                    .topic_name = topic,
                                    .reason = "AUTHORIZATION_FAILURE",
                                    .details = "Authorization Failure",
                                    .authorizer_name = identity_->authorizer_name,
                                    .explanation_object = logs::JsonText(denial.json)});
}

}  // namespace gatehouse::gateway
