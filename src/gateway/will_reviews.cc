#include "gateway/will_reviews.h"

#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "gateway/gateway.h"
#include "gateway/loop_gateway.h"
#include "gateway/session_owner.h"

namespace gatehouse::gateway {
namespace {

using broker::GuardAnswer;
using broker::Permission;

// After an attempt at which the registry could not be read. The will waits.
constexpr std::chrono::seconds retry_wait{5};

GuardAnswer answer_of(const authentication::Identity& identity, const broker::Will& will) {
    const auto allows = [&](policy::Action action) {
        return identity.policies->decide(action, will.topic).allowed();
    };
    const bool allowed = allows(policy::Action::Publish) && (will.retain == broker::Retain::No ||
                                                             allows(policy::Action::RetainPublish));
    return {.permission = allowed ? Permission::Allowed : Permission::Denied};
}

class IdentityPermit final : public broker::WillPermit {
public:
    explicit IdentityPermit(authentication::IdentityPtr identity)
        : identity_(std::move(identity)) {}

    std::optional<GuardAnswer> may_publish(const broker::Will& will) override {
        return answer_of(*identity_, will);
    }
    void ask(const broker::Will&, std::function<void(GuardAnswer)>) override {}

private:
    const authentication::IdentityPtr identity_;
};

class RegistryPermit final : public broker::WillPermit {
public:
    RegistryPermit(WillReviews& reviews, authentication::AbsentClient client)
        : reviews_(reviews), client_(std::move(client)) {}

    std::optional<GuardAnswer> may_publish(const broker::Will& will) override {
        if (client_.identity == nullptr || reviews_.is_outdated(client_)) return std::nullopt;
        return answer_of(*client_.identity, will);
    }
    void ask(const broker::Will& will, std::function<void(GuardAnswer)> answer) override {
        reviews_.ask({client_, &will, std::move(answer)});
    }

private:
    WillReviews& reviews_;
    const authentication::AbsentClient client_;
};

}  // namespace

WillReviews::~WillReviews() {
    *self_ = nullptr;
}

std::unique_ptr<broker::WillPermit> WillReviews::permit_of(const DeviceFacts& facts,
                                                           authentication::IdentityPtr identity) {
    if (!identity->is_of_registry()) return std::make_unique<IdentityPermit>(std::move(identity));
    authentication::AbsentClient client{.tenant = facts.tenant(),
                                        .client_id = facts.client_id,
                                        .type = identity->type,
                                        .certificate_id = identity->principal_id,
                                        .credentials = facts.credentials,
                                        .identity = std::move(identity)};
    return std::make_unique<RegistryPermit>(*this, std::move(client));
}

std::unique_ptr<broker::WillPermit> WillReviews::permit_of(const Tenant& tenant,
                                                           std::string_view client_id,
                                                           std::string_view author) {
    using authentication::AuthenticationType;
    for (const auto type : {AuthenticationType::X509, AuthenticationType::CustomAuthX509}) {
        const std::string_view name = authentication::name_of(type);
        if (!author.starts_with(name) || author.substr(name.size(), 1) != "/") continue;
        return std::make_unique<RegistryPermit>(
            *this,
            authentication::AbsentClient{.tenant = tenant,
                                         .client_id = std::string(client_id),
                                         .type = type,
                                         .certificate_id = std::string(principal_id_of(author))});
    }
    return nullptr;
}

bool WillReviews::is_outdated(const authentication::AbsentClient& client) const {
    return gateway_.parts().authenticator.is_outdated(*client.identity, client.tenant,
                                                      client.client_id);
}

void WillReviews::ask(Question question) {
    queue_.push_back(std::move(question));
    start_queued();
}

void WillReviews::start_queued() {
    while (running_ < running_max && !queue_.empty()) {
        Question question = std::move(queue_.front());
        queue_.pop_front();
        ++running_;
        gateway_.start_refresh(look_again(std::move(question)));
    }
}

async::Task<void> WillReviews::look_again(Question question) {
    const auto self = self_;
    const GatewayParts& parts = gateway_.parts();
    const auto result = co_await parts.authenticator.recall(
        question.client, Deadline::after(parts.clock, gateway_.settings().authenticate_wait));
    if (*self == nullptr) co_return;
    --running_;
    take(std::move(question), result);
    start_queued();
}

void WillReviews::take(Question question, const authentication::AuthenticationResult& result) {
    if (!result && result.error().kind == authentication::Refusal::Kind::Unavailable) {
        waiting_.push_back(std::move(question));
        if (!is_set()) gateway_.loop().timers().set(*this, gateway_.loop().now() + retry_wait);
        return;
    }
    const broker::Will& will = *question.will;
    if (!result) return question.answer({.permission = Permission::Denied});
    if (*result == nullptr) return question.answer({.permission = will.last_permission});
    question.answer(answer_of(**result, will));
}

void WillReviews::expired() {
    for (Question& question : std::exchange(waiting_, {})) queue_.push_back(std::move(question));
    start_queued();
}

}  // namespace gatehouse::gateway
