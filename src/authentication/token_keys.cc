#include "authentication/token_keys.h"

#include <fmt/format.h>

#include <utility>

namespace gatehouse::authentication {
namespace {

constexpr unsigned status_ok = 200;

}  // namespace

TokenKeys::TokenKeys(async::EventLoop& loop, TokenKeySet fixed)
    : loop_(loop),
      settings_{},
      fetched_(std::make_shared<FetchedKeys>(FetchedKeys{std::move(fixed), {}})) {}

TokenKeys::TokenKeys(async::EventLoop& loop, std::shared_ptr<net::HttpEndpoint> endpoint,
                     Settings settings, std::shared_ptr<FetchedKeys> fetched)
    : loop_(loop),
      endpoint_(std::move(endpoint)),
      settings_(settings),
      fetched_(std::move(fetched)) {}

bool TokenKeys::was_asked_within(std::chrono::seconds span) const {
    return asked_at_ && loop_.clock().steady_now() - *asked_at_ < span;
}

bool TokenKeys::is_younger_than(std::chrono::seconds age) const {
    return fetched_->at && loop_.clock().steady_now() - *fetched_->at < age;
}

async::Task<Result<TokenKeySet>> TokenKeys::current(Deadline deadline) {
    if (!endpoint_) co_return fetched_->keys;
    const bool is_usable = fetched_->keys && is_younger_than(settings_.usable_for);
    if (is_usable && is_younger_than(settings_.refresh_after)) co_return fetched_->keys;
    if (is_usable && is_fetching_) co_return fetched_->keys;
    if (is_fetching_) {
        co_await wait_for_fetch(deadline);
    } else if (!was_asked_within(settings_.retry_after)) {
        // One client waits as long as for the first ones: an address that is slow answers, too,
        // and may have withdrawn a key.
        co_await fetch(deadline);
    }
    if (fetched_->keys && is_younger_than(settings_.usable_for)) co_return fetched_->keys;
    co_return fail(ErrorKind::Unavailable, fmt::format("there are no keys from {}: {}",
                                                       endpoint_->url().shown(), problem_));
}

async::Task<TokenKeySet> TokenKeys::newer(TokenKeySet than, Deadline deadline) {
    if (!endpoint_) co_return nullptr;
    if (fetched_->keys == than && is_fetching_) {
        co_await wait_for_fetch(deadline);
    } else if (fetched_->keys == than && !was_asked_within(settings_.refetch_interval)) {
        co_await fetch(deadline);
    }
    co_return fetched_->keys == than ? nullptr : fetched_->keys;
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
    fetched_->keys = std::make_shared<const signature::JsonWebKeys>(std::move(*keys));
    fetched_->at = loop_.clock().steady_now();
    problem_.clear();
}

}  // namespace gatehouse::authentication
