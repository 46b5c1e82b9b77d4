#include "server/serve/data_plane.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <string>

#include "async/run_on.h"
#include "async/wake.h"
#include "base/json.h"
#include "gateway/denial.h"
#include "gateway/device_connection.h"
#include "gateway/http_door.h"
#include "gateway/loop_gateway.h"
#include "mqtt/property.h"

namespace gatehouse::server {

namespace {

// What the gateway makes of a message of the API. InvalidInput, TooLarge.
Result<gateway::HttpPublish> read_message(const api::data::Message& message,
                                          const Profile& profile) {
    const auto text = [](const auto& number) {
        return number ? std::optional(std::to_string(*number)) : std::nullopt;
    };
    const auto view = [](const std::optional<std::string>& text) {
        return text ? std::optional<std::string_view>(*text) : std::nullopt;
    };
    const auto qos = text(message.qos);
    const auto expiry = text(message.expiry_seconds);
    const gateway::PublishFields fields{.topic = message.topic,
                                        .payload_bytes = message.payload.size(),
                                        .qos = view(qos),
                                        .retain = message.retain.value_or(false) ? "true" : "false",
                                        .content_type = view(message.content_type),
                                        .response_topic = view(message.response_topic),
                                        .expiry_seconds = view(expiry),
                                        .payload_format = view(message.payload_format),
                                        .correlation_data = view(message.correlation_data),
                                        .user_properties = view(message.user_properties)};
    auto publish = gateway::read_publish(fields, profile);
    if (publish) return std::move(*publish);
    return fail(publish.error().status == 413 ? ErrorKind::TooLarge : ErrorKind::InvalidInput,
                std::move(publish.error().sentence));
}

// [{"name":"value"}, …], as Publish takes them; empty: there are none.
std::string user_properties_json(BytesView properties) {
    std::string json;
    mqtt::PropertyReader reader(properties, mqtt::PropertySection::Publish);
    while (reader.next()) {
        const mqtt::Property& property = reader.property();
        if (property.id != mqtt::PropertyId::UserProperty) continue;
        json += fmt::format("{}{{{}:{}}}", json.empty() ? "[" : ",", quote_json(property.text),
                            quote_json(property.value));
    }
    return json.empty() ? json : json + "]";
}

struct CallFacts {
    logs::EventType type;
    std::string_view client_id = {};
    std::string_view topic = {};
    const Error* error = nullptr;  // null: it was done
    std::span<const logs::Member> more = {};
};

template <class T>
const Error* error_of(const Result<T>& result) {
    return result ? nullptr : &result.error();
}

// For machines; AWS does not tell its own.
std::string_view reason_of(const Error& error) {
    switch (error.kind) {
        case ErrorKind::NotFound: return "NOT_FOUND";
        case ErrorKind::InvalidInput: return "INVALID_REQUEST";
        case ErrorKind::TooLarge: return "PAYLOAD_TOO_LARGE";
        case ErrorKind::Unavailable: return "SERVICE_UNAVAILABLE";
        default: return "FAILED";
    }
}

void record(const gateway::GatewayParts& parts, const api::data::Asker& asker,
            const CallFacts& call) {
    const logs::Status status =
        call.error == nullptr ? logs::Status::Success : logs::Status::Failure;
    const logs::Level level = parts.levels.level_for(
        {.tenant = asker.tenant, .client_id = call.client_id, .principal_id = asker.principal});
    if (!parts.events.keeps(level, call.type, status)) return;
    parts.events.record(
        {.tenant = asker.tenant,
         .type = call.type,
         .status = status,
         .trace_id = asker.trace_id,
         .origin = {.protocol = "HTTP",
                    .client_id = call.client_id,
                    .principal_id = asker.principal},
         .topic_name = call.topic,
         .reason = call.error == nullptr ? std::string_view() : reason_of(*call.error),
         .details = call.error == nullptr ? std::string_view() : call.error->message,
         .more = call.more});
}

logs::Metric metric_of(const Result<void>& published) {
    if (published) return logs::Metric::PublishInSuccess;
    if (published.error().kind == ErrorKind::Throttled) {
        return logs::Metric::PublishRetainedThrottle;
    }
    return published.error().kind == ErrorKind::Unavailable ? logs::Metric::PublishInServerError
                                                            : logs::Metric::PublishInClientError;
}

async::Task<Result<void>> pass_on(gateway::LoopGateway& loop, const api::data::Asker& asker,
                                  const api::data::Message& message, Deadline deadline) {
    const auto publish = read_message(message, loop.settings().profile);
    if (!publish) co_return fail(publish.error());
    const broker::Kept kept =
        co_await gateway::pass_on_and_wait(loop, asker.tenant, *publish, message.payload, deadline,
                                           {asker.user_id, {}, asker.trace_id});
    if (kept == broker::Kept::NotRetained) {
        co_return fail(ErrorKind::Throttled, std::string(gateway::no_room_to_retain));
    }
    if (kept == broker::Kept::No) {
        co_return fail(ErrorKind::Unavailable,
                       "the message cannot be kept: the server's disk takes nothing now, "
                       "or too much waits for a rule with at-least-once delivery");
    }
    co_return Result<void>();
}

async::Task<Result<void>> pass_on_and_count(gateway::LoopGateway& loop,
                                            const api::data::Asker& asker,
                                            const api::data::Message& message, Deadline deadline) {
    auto passed_on = co_await pass_on(loop, asker, message, deadline);
    loop.metrics().add(metric_of(passed_on));
    co_return passed_on;
}

}  // namespace

async::Task<Result<void>> DataPlane::publish(api::data::Asker asker, api::data::Message message,
                                             Deadline deadline) {
    gateway::LoopGateway& loop = gateway_.on_loop(0);
    auto published = co_await async::run_on<Result<void>>(
        loop.loop(), *async::EventLoop::current(),
        [&] { return pass_on_and_count(loop, asker, message, deadline); });
    record(
        gateway_.parts(), asker,
        {.type = logs::EventType::PublishIn, .topic = message.topic, .error = error_of(published)});
    co_return published;
}

// --- retained messages -----------------------------------------------------------------------

Result<api::data::RetainedMessage> RetainedPlane::find(const api::data::Asker& asker,
                                                       const std::string& topic) const {
    const gateway::GatewayParts& parts = gateway_.parts();
    const auto message = parts.broker.retained(asker.tenant).find(topic, parts.clock.steady_now());
    if (message == nullptr) {
        Error error{ErrorKind::NotFound,
                    fmt::format("there is no retained message on topic '{}'", topic)};
        record(parts, asker,
               {.type = logs::EventType::GetRetainedMessage, .topic = topic, .error = &error});
        return fail(std::move(error));
    }
    const std::string qos = std::to_string(static_cast<int>(message->qos));
    const logs::Member more[] = {{"qos", std::string_view(qos)},
                                 {"lastModifiedDate", message->retained_at}};
    record(parts, asker,
           {.type = logs::EventType::GetRetainedMessage, .topic = topic, .more = more});
    return api::data::RetainedMessage{.topic = message->topic,
                                      .payload = message->payload,
                                      .qos = static_cast<int>(message->qos),
                                      .retained_at = message->retained_at,
                                      .user_properties = user_properties_json(message->properties)};
}

std::vector<RetainedPlane::Summary> RetainedPlane::list(const api::data::Asker& asker,
                                                        const std::string& after,
                                                        std::size_t limit) const {
    const gateway::GatewayParts& parts = gateway_.parts();
    std::vector<Summary> found;
    for (const auto& message :
         parts.broker.retained(asker.tenant).page(after, limit, parts.clock.steady_now())) {
        found.push_back({.topic = message->topic,
                         .payload_bytes = message->payload.size(),
                         .qos = static_cast<int>(message->qos),
                         .retained_at = message->retained_at});
    }
    record(parts, asker, {.type = logs::EventType::ListRetainedMessage});
    return found;
}

// --- connections -----------------------------------------------------------------------------

gateway::LoopGateway& ConnectionPlane::home_of(const api::data::ConnectionQuestion& question) {
    return gateway_.on_loop(
        gateway_.parts().broker.home_of(question.asker.tenant, question.client_id));
}

template <class T>
async::Task<Result<T>> ConnectionPlane::ask(
    logs::EventType type, api::data::ConnectionQuestion question,
    std::move_only_function<async::Task<Result<T>>(gateway::LoopGateway&,
                                                   const api::data::ConnectionQuestion&)>
        work) {
    gateway::LoopGateway& home = home_of(question);
    auto result = co_await async::run_on<Result<T>>(
        home.loop(), *async::EventLoop::current(),
        [&home, &question, &work] { return work(home, question); });
    record(gateway_.parts(), question.asker,
           {.type = type, .client_id = question.client_id, .error = error_of(result)});
    co_return result;
}

namespace {

std::unexpected<Error> not_there(const api::data::ConnectionQuestion& question) {
    return fail(ErrorKind::NotFound,
                fmt::format("client '{}' has no connection and no session", question.client_id));
}

std::int64_t milliseconds_of(WallTime time) {
    return std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

Result<api::data::ConnectionState> state_of(gateway::LoopGateway& home,
                                            const api::data::ConnectionQuestion& question) {
    api::data::ConnectionState state;
    const broker::Session* const session =
        home.shard().find(question.asker.tenant, question.client_id);
    if (session != nullptr) {
        state.has_clean_session = !session->is_persistent();
        state.session_expiry_seconds = session->expiry_seconds();
    }
    if (session != nullptr && session->is_connected()) {
        const gateway::DeviceConnection& connection = *gateway::DeviceConnection::of(*session);
        const gateway::DeviceFacts& facts = connection.facts();
        const net::Address target = connection.local_address();
        state.is_connected = true;
        state.source_ip = facts.source_ip;
        state.source_port = facts.source_port;
        state.target_ip = target.host();
        state.target_port = target.port();
        state.keep_alive_seconds = facts.keep_alive_seconds;
        state.connected_since = milliseconds_of(facts.connected_at);
        return state;
    }
    const gateway::PastConnection* const past = home.disconnects().find(
        question.asker.tenant, question.client_id, home.parts().clock.wall_now());
    if (past == nullptr && session == nullptr) return not_there(question);
    if (past == nullptr) return state;
    state.source_ip = past->source_ip;
    state.source_port = past->source_port;
    state.connected_since = milliseconds_of(past->connected_at);
    state.disconnected_since = milliseconds_of(past->disconnected_at);
    state.disconnect_reason = past->reason;
    return state;
}

}  // namespace

namespace {

// What follows runs on the client's loop; references live in the frame of ConnectionPlane::ask().
async::Task<Result<void>> end_connection(gateway::LoopGateway& home,
                                         const api::data::ConnectionQuestion& asked,
                                         api::data::Connections::SessionFate session,
                                         api::data::Connections::WillFate will) {
    using api::data::Connections;
    const bool ends_session = session == Connections::SessionFate::Ended;
    const bool discards_will = will == Connections::WillFate::Discarded;
    const broker::Session* const found = home.shard().find(asked.asker.tenant, asked.client_id);
    if (found == nullptr) co_return not_there(asked);
    const bool is_something_done =
        found->is_connected() || ends_session || (discards_will && found->has_will());
    if (!is_something_done) {
        co_return fail(ErrorKind::NotFound,
                       fmt::format("client '{}' is not connected; cleanSession=true ends the "
                                   "session that it left",
                                   asked.client_id));
    }
    home.shard().disconnect(asked.asker.tenant, asked.client_id,
                            discards_will ? broker::WillFate::Discard : broker::WillFate::Publish,
                            ends_session ? broker::SessionFate::End : broker::SessionFate::Keep);
    co_return Result<void>();
}

async::Task<Result<void>> send_message(gateway::LoopGateway& home,
                                       const api::data::ConnectionQuestion& asked,
                                       const api::data::Message& message,
                                       std::optional<std::chrono::seconds> confirmed_within) {
    const auto publish = read_message(message, home.settings().profile);
    if (!publish) co_return fail(publish.error());
    struct Answer {
        explicit Answer(async::EventLoop& loop) : came(loop) {}
        async::Wake came;
        broker::DirectAnswer reason;
    };
    // Shared: the acknowledgement may come when nobody waits any more.
    const auto answer = std::make_shared<Answer>(home.loop());
    const auto sent = home.shard().send_direct(asked.asker.tenant, asked.client_id, publish->topic,
                                               {.payload = message.payload,
                                                .properties = publish->properties,
                                                .expiry_seconds = publish->expiry_seconds,
                                                .expiry_at = publish->expiry_at,
                                                .qos = publish->qos},
                                               [answer](broker::DirectAnswer reason) {
                                                   answer->reason = reason;
                                                   answer->came.notify();
                                               });
    if (!sent) co_return fail(sent.error());
    if (!confirmed_within) co_return Result<void>();
    const bool has_come =
        co_await answer->came.wait(Deadline::after(home.parts().clock, *confirmed_within));
    home.shard().forget_direct(*sent);
    if (!has_come) {
        co_return fail(ErrorKind::Timeout, "the client did not acknowledge the message in time");
    }
    if (!answer->reason) {
        co_return fail(ErrorKind::Timeout,
                       "the client's connection ended before it acknowledged the message");
    }
    if (!mqtt::is_failure(*answer->reason)) co_return Result<void>();
    co_return fail(ErrorKind::InvalidInput,
                   fmt::format("the client refused the message: its PUBACK has reason 0x{:02X}",
                               static_cast<unsigned>(*answer->reason)));
}

}  // namespace

async::Task<Result<void>> ConnectionPlane::end(api::data::ConnectionQuestion question,
                                               SessionFate session, WillFate will) {
    return ask<void>(
        logs::EventType::DeleteConnection, std::move(question),
        [session, will](gateway::LoopGateway& home, const api::data::ConnectionQuestion& asked) {
            return end_connection(home, asked, session, will);
        });
}

async::Task<Result<api::data::ConnectionState>> ConnectionPlane::find(
    api::data::ConnectionQuestion question) {
    return ask<api::data::ConnectionState>(
        logs::EventType::GetConnection, std::move(question),
        [](gateway::LoopGateway& home, const api::data::ConnectionQuestion& asked)
            -> async::Task<Result<api::data::ConnectionState>> {
            co_return state_of(home, asked);
        });
}

async::Task<Result<std::vector<api::data::SubscriptionOfSession>>> ConnectionPlane::subscriptions(
    api::data::ConnectionQuestion question) {
    using Subscriptions = std::vector<api::data::SubscriptionOfSession>;
    return ask<Subscriptions>(
        logs::EventType::ListSubscriptions, std::move(question),
        [](gateway::LoopGateway& home,
           const api::data::ConnectionQuestion& asked) -> async::Task<Result<Subscriptions>> {
            const broker::Session* const session =
                home.shard().find(asked.asker.tenant, asked.client_id);
            if (session == nullptr) co_return not_there(asked);
            Subscriptions found;
            session->for_each_subscription(
                [&](std::string filter, const broker::SubscriptionOptions& options) {
                    found.push_back({std::move(filter), static_cast<int>(options.qos)});
                });
            std::ranges::sort(found, {}, &api::data::SubscriptionOfSession::filter);
            co_return found;
        });
}

async::Task<Result<void>> ConnectionPlane::send(
    api::data::ConnectionQuestion question, api::data::Message message,
    std::optional<std::chrono::seconds> confirmed_within) {
    return ask<void>(logs::EventType::SendDirectMessage, std::move(question),
                     [message = std::move(message), confirmed_within](
                         gateway::LoopGateway& home, const api::data::ConnectionQuestion& asked) {
                         return send_message(home, asked, message, confirmed_within);
                     });
}

}  // namespace gatehouse::server
