#include "api/data/send_direct_message.h"

#include "api/data/question.h"
#include "api/shapes/data/errors.h"

namespace gatehouse::api::data {
namespace {

constexpr int default_timeout_seconds = 5;

}  // namespace

async::Task<wire::Outcome<SendDirectMessageResponse>> SendDirectMessage::handle(
    const Caller& caller, SendDirectMessageRequest request) const {
    std::optional<std::chrono::seconds> confirmed_within;
    if (request.confirmation.value_or(false)) {
        confirmed_within = std::chrono::seconds(request.timeout.value_or(default_timeout_seconds));
    }
    Message message{.topic = std::move(request.topic),
                    .payload = std::move(request.payload).value_or(Bytes()),
                    .qos = confirmed_within ? 1 : 0,
                    .retain = {},
                    .content_type = std::move(request.content_type),
                    .response_topic = std::move(request.response_topic),
                    .expiry_seconds = {},
                    .payload_format = {},
                    .correlation_data = std::move(request.correlation_data),
                    .user_properties = std::move(request.user_properties)};
    if (request.payload_format_indicator == PayloadFormatIndicator::Utf8Data) {
        message.payload_format = "UTF8_DATA";
    }
    auto sent = co_await connections.send(question_of(caller, std::move(request.client_id)),
                                          std::move(message), confirmed_within);
    if (!sent && sent.error().kind == ErrorKind::Timeout) {
        co_return wire::fail_as(errors::gateway_timeout_exception, std::move(sent.error().message));
    }
    if (!sent) co_return std::unexpected(wire::Failure(std::move(sent.error())));
    co_return SendDirectMessageResponse{.message = "OK", .trace_id = caller.request_id};
}

}  // namespace gatehouse::api::data
