#include "api/data/list_subscriptions.h"

#include "api/data/page_token.h"
#include "api/data/question.h"

namespace gatehouse::api::data {
namespace {

constexpr int subscriptions_page_default = 20;

}  // namespace

async::Task<wire::Outcome<ListSubscriptionsResponse>> ListSubscriptions::handle(
    const Caller& caller, ListSubscriptionsRequest request) const {
    const auto after = name_of_token(request.next_token);
    if (!after) co_return std::unexpected(wire::Failure(after.error()));
    auto found = co_await connections.subscriptions(question_of(caller, request.client_id));
    if (!found) co_return std::unexpected(wire::Failure(std::move(found.error())));
    ListSubscriptionsResponse response;
    auto& page = response.subscriptions.emplace();
    const auto limit =
        static_cast<std::size_t>(request.max_results.value_or(subscriptions_page_default));
    for (SubscriptionOfSession& each : *found) {
        if (request.next_token && each.filter <= *after) continue;
        if (page.size() == limit) {
            response.next_token = token_after(*page.back().topic_filter);
            break;
        }
        page.push_back({.topic_filter = std::move(each.filter), .qos = each.qos});
    }
    co_return response;
}

}  // namespace gatehouse::api::data
