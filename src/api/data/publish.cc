#include "api/data/publish.h"

namespace gatehouse::api::data {

async::Task<wire::Outcome<PublishResponse>> Publish::handle(const Caller& caller,
                                                            PublishRequest request) const {
    Message message{.topic = std::move(request.topic),
                    .payload = std::move(request.payload).value_or(Bytes()),
                    .qos = request.qos,
                    .retain = request.retain,
                    .content_type = std::move(request.content_type),
                    .response_topic = std::move(request.response_topic),
                    .expiry_seconds = request.message_expiry,
                    .payload_format = {},
                    .correlation_data = std::move(request.correlation_data),
                    .user_properties = std::move(request.user_properties)};
    if (request.payload_format_indicator == PayloadFormatIndicator::Utf8Data) {
        message.payload_format = "UTF8_DATA";
    }
    auto published =
        co_await publisher.publish(asker_of(caller), std::move(message), caller.deadline);
    if (!published) co_return std::unexpected(wire::Failure(std::move(published.error())));
    co_return PublishResponse{.message = "OK", .trace_id = caller.request_id};
}

}  // namespace gatehouse::api::data
