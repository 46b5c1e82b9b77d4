#include "api/iot/destination_link.h"

#include "api/iot/errors.h"
#include "base/encoding.h"

namespace gatehouse::api::iot {
namespace {

async::Task<net::HttpResponse> answer_link(registry::TopicRuleDestinations& destinations,
                                           std::string token) {
    const auto confirmed = co_await destinations.change(
        [&](registry::TopicRuleDestinationRecords& records) { return records.confirm(token); });
    if (confirmed) {
        net::HttpResponse response{.status = 200};
        response.headers.set("Content-Type", "application/json");
        co_return response;
    }
    const wire::Failure failure = failure_of(confirmed.error()).error();
    co_return to_http(
        wire::encode_error(wire::Protocol::RestJson, *failure.shape, failure.error.message), "");
}

}  // namespace

OpenEndpoint destination_link(registry::TopicRuleDestinations& destinations) {
    return {.path = std::string(registry::confirm_destination_path),
            .answer =
                [&destinations](const net::HttpRequest& request) {
                    const std::string_view path = request.path;
                    // A HEAD looks whether something is there, and confirms nothing.
                    const std::string_view token =
                        request.method == "HEAD"
                            ? std::string_view()
                            : path.substr(registry::confirm_destination_path.size());
                    return answer_link(destinations, percent_decode(token));
                },
            // ConfirmTopicRuleDestination has the same address.
            .is_operation_if_signed = true};
}

}  // namespace gatehouse::api::iot
