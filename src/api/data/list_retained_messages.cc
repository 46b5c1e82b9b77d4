#include "api/data/list_retained_messages.h"

#include "api/data/page_token.h"

namespace gatehouse::api::data {
namespace {

constexpr int retained_page_default = 200;  // the most that may be asked for

}  // namespace

wire::Outcome<ListRetainedMessagesResponse> ListRetainedMessages::handle(
    const Caller& caller, const ListRetainedMessagesRequest& request) const {
    const auto after = name_of_token(request.next_token);
    if (!after) return std::unexpected(wire::Failure(after.error()));
    const std::size_t limit =
        static_cast<std::size_t>(request.max_results.value_or(retained_page_default));
    // One more tells whether there is another page.
    auto found = messages.list(asker_of(caller), *after, limit + 1);
    ListRetainedMessagesResponse response;
    if (found.size() > limit) {
        found.resize(limit);
        response.next_token = token_after(found.back().topic);
    }
    auto& topics = response.retained_topics.emplace();
    for (RetainedMessages::Summary& each : found) {
        topics.push_back({.topic = std::move(each.topic),
                          .payload_size = static_cast<std::int64_t>(each.payload_bytes),
                          .qos = each.qos,
                          .last_modified_time = each.retained_at});
    }
    return response;
}

}  // namespace gatehouse::api::data
