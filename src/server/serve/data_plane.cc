#include "server/serve/data_plane.h"

#include <string>

#include "gateway/http_door.h"
#include "gateway/loop_gateway.h"

namespace gatehouse::server {

async::Task<Result<void>> DataPlane::publish(Tenant tenant, api::data::Message message,
                                             Deadline deadline) {
    const auto text = [](const auto& number) {
        return number ? std::optional(std::to_string(*number)) : std::nullopt;
    };
    const auto view = [](const std::optional<std::string>& text) {
        return text ? std::optional<std::string_view>(*text) : std::nullopt;
    };
    const auto qos = text(message.qos);
    const auto expiry = text(message.expiry_seconds);
    gateway::LoopGateway& loop = gateway_.on_loop(0);
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
    const auto publish = gateway::read_publish(fields, loop.settings().profile);
    if (!publish) {
        co_return fail(
            publish.error().status == 413 ? ErrorKind::TooLarge : ErrorKind::InvalidInput,
            publish.error().sentence);
    }
    if (!co_await gateway::pass_on_and_wait(loop, tenant, *publish, message.payload, deadline)) {
        co_return fail(ErrorKind::Unavailable,
                       "the message cannot be kept: the server's disk takes nothing now");
    }
    loop.metrics().add(logs::Metric::PublishInSuccess);
    co_return Result<void>();
}

}  // namespace gatehouse::server
