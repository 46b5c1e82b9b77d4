#include "rules/targets/destination_challenges.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "base/encoding.h"
#include "base/json.h"

namespace gatehouse::rules {
namespace {

constexpr std::chrono::seconds challenge_wait_max{10};
constexpr std::size_t challenges_max = 64;  // under way at once

std::string at_host(const std::string& origin, const std::string& host) {
    auto url = net::HttpUrl::parse(origin);
    if (!url || host.empty()) return origin;
    url->host = host;
    return fmt::format("{}://{}", url->is_https ? "https" : "http", url->authority());
}

}  // namespace

HttpPost challenge_post(const registry::DestinationChallenge& challenge,
                        const std::string& origin) {
    constexpr std::string_view type = "DestinationConfirmation";
    const registry::TopicRuleDestination& destination = challenge.destination;
    // It was read when the destination was made.
    HttpPost post{.account = destination.tenant.account,
                  .url = net::HttpUrl::parse(destination.confirmation_url).value()};
    std::string& target = post.url.target;
    const bool has_query = target.contains('?');
    if (!has_query && !target.ends_with('/')) target += '/';
    target += fmt::format("{}confirmationToken={}", has_query ? '&' : '?',
                          percent_encode(challenge.token));
    post.headers.add("User-Agent", "gatehouse");
    post.headers.add("Content-Type", "application/json");
    post.headers.add("x-amz-rules-engine-message-type", std::string(type));
    post.headers.add("x-amz-rules-engine-destination-arn", destination.arn());
    post.body = to_text(
        json::object{{"arn", destination.arn()},
                     {"confirmationToken", challenge.token},
                     {"enableUrl", fmt::format("{}{}{}", origin, registry::confirm_destination_path,
                                               percent_encode(challenge.token))},
                     {"messageType", type}});
    return post;
}

DestinationChallenges::DestinationChallenges(const Parts& parts)
    : parts_(parts), tasks_(parts.loop, "rule-destinations") {}

void DestinationChallenges::send(registry::DestinationChallenge challenge, std::string origin) {
    parts_.loop.post(
        [this, challenge = std::move(challenge), origin = std::move(origin)]() mutable {
            if (tasks_.running() < challenges_max) {
                tasks_.start(post(std::move(challenge), std::move(origin)));
            } else {
                tell(challenge, "too many others are under way");
            }
        });
}

async::Task<void> DestinationChallenges::post(registry::DestinationChallenge challenge,
                                              std::string origin) {
    const auto answer =
        co_await parts_.http.post(challenge_post(challenge, at_host(origin, parts_.host)),
                                  Deadline::after(parts_.loop.clock(), challenge_wait_max));
    if (answer && answer->status >= 200 && answer->status < 300) co_return;
    const std::string why =
        answer ? fmt::format("the endpoint answered with status {}", answer->status)
               : answer.error().message;
    tell(challenge, why);
}

void DestinationChallenges::tell(const registry::DestinationChallenge& challenge,
                                 std::string_view why) {
    if (parts_.on_failure) parts_.on_failure(challenge.destination, why);
}

async::Task<void> DestinationChallenges::stop() {
    co_await tasks_.join(Deadline::never());
}

}  // namespace gatehouse::rules
