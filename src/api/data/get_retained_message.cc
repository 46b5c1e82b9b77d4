#include "api/data/get_retained_message.h"

namespace gatehouse::api::data {

wire::Outcome<GetRetainedMessageResponse> GetRetainedMessage::handle(
    const Caller& caller, const GetRetainedMessageRequest& request) const {
    auto message = messages.find(asker_of(caller), request.topic);
    if (!message) return std::unexpected(wire::Failure(std::move(message.error())));
    GetRetainedMessageResponse response{.topic = std::move(message->topic),
                                        .payload = std::move(message->payload),
                                        .qos = message->qos,
                                        .last_modified_time = message->retained_at,
                                        .user_properties = {}};
    if (!message->user_properties.empty()) {
        const BytesView json = bytes_of(message->user_properties);
        response.user_properties.emplace(json.begin(), json.end());
    }
    return response;
}

}  // namespace gatehouse::api::data
