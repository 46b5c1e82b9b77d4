#include "authentication/token_keys.h"

#include <fmt/format.h>

#include <utility>

namespace gatehouse::authentication {
namespace {

// Who has keys that would do waits no longer for newer ones.
constexpr std::chrono::seconds refresh_wait{2};
constexpr unsigned status_ok = 200;

}  // namespace

TokenKeys::TokenKeys(async::EventLoop& loop, TokenKeySet fixed)
    : loop_(loop), settings_{}, keys_(std::move(fixed)) {}

TokenKeys::TokenKeys(async::EventLoop& loop, std::shared_ptr<net::HttpEndpoint> endpoint,
                     Settings settings)
    : loop_(loop), endpoint_(std::move(endpoint)), settings_(settings) {}

bool TokenKeys::was_asked_within(std::chrono::seconds span) const {
    return asked_at_ && loop_.clock().steady_now() - *asked_at_ < span;
}

bool TokenKeys::is_younger_than(std::chrono::seconds age) const {
    return fetched_at_ && loop_.clock().steady_now() - *fetched_at_ < age;
}

async::Task<Result<TokenKeySet>> TokenKeys::current(Deadline deadline) {
    if (!endpoint_) co_return keys_;
    const bool is_usable = keys_ && is_younger_than(settings_.usable_for);
    if (is_usable && is_younger_than(settings_.refresh_after)) co_return keys_;
    if (is_usable && is_fetching_) co_return keys_;
    if (is_fetching_) {
        co_await wait_for_fetch(deadline);
    } else if (!was_asked_within(settings_.retry_after)) {
        const Deadline soon(loop_.clock().steady_now() + refresh_wait);
        co_await fetch(is_usable ? deadline.sooner_of(soon) : deadline);
    }
    if (keys_ && is_younger_than(settings_.usable_for)) co_return keys_;
    co_return fail(ErrorKind::Unavailable, fmt::format("there are no keys from {}: {}",
                                                       endpoint_->url().shown(), problem_));
}

async::Task<TokenKeySet> TokenKeys::newer(TokenKeySet than, Deadline deadline) {
    if (!endpoint_) co_return nullptr;
    if (keys_ == than && is_fetching_) {
        co_await wait_for_fetch(deadline);
    } else if (keys_ == than && !was_asked_within(settings_.refetch_interval)) {
        co_await fetch(deadline);
    }
    co_return keys_ == than ? nullptr : keys_;
}

async::Task<void> TokenKeys::wait_for_fetch(Deadline deadline) {
    if (waiting_.size() >= settings_.waiting_max) co_return;
    const auto wake = std::make_shared<async::Wake>(loop_);
    waiting_.push_back(wake);
    co_await wake->wait(deadline);
    std::erase(waiting_, wake);
}

async::Task<void> TokenKeys::fetch(Deadline deadline) {
    is_fetching_ = true;
    asked_at_ = loop_.clock().steady_now();
    net::HttpQuestion question{.method = "GET", .again = net::HttpQuestion::Again::WhenNotAnswered};
    question.headers.add("Accept", "application/jwk-set+json, application/json");
    const auto endpoint = endpoint_;
    const auto answer = co_await endpoint->ask(std::move(question), deadline);
    take(answer);
    is_fetching_ = false;
    for (const auto& wake : waiting_) wake->notify();
}

void TokenKeys::take(const Result<net::HttpEndpoint::Answer>& answer) {
    if (!answer) {
        problem_ = answer.error().message;
        return;
    }
    if (answer->response.status != status_ok) {
        problem_ = fmt::format("it answered with status {}", answer->response.status);
        return;
    }
    auto keys = signature::JsonWebKeys::parse(answer->response.body, signature::KeyOrigin::Fetched);
    if (!keys) {
        problem_ = keys.error().describe();
        return;
    }
    keys_ = std::make_shared<const signature::JsonWebKeys>(std::move(*keys));
    fetched_at_ = loop_.clock().steady_now();
    problem_.clear();
}

}  // namespace gatehouse::authentication
