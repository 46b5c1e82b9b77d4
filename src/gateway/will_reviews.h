// Whether wills may still be published when they are due: by the policies that their clients had
// last, if nothing changed since. Else the registry is read again, also for clients that went
// before a restart, of whom the principal's name alone is left.
//
// Of clients that the registry identified, those with a certificate. What an authorizer answered
// stays as it was, and after a restart counts as it did for the will when the client was there.
//
// Threads: its loop's. Reading blocks a worker, never the loop.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "async/event_loop.h"
#include "async/task.h"
#include "authentication/authenticator.h"
#include "broker/attach.h"
#include "broker/delivery_guard.h"
#include "gateway/device_facts.h"

namespace gatehouse::gateway {

class LoopGateway;

class WillReviews final : public broker::WillJudge, async::Timer {
public:
    explicit WillReviews(LoopGateway& gateway) : gateway_(gateway) {}
    ~WillReviews();

    // Of a client that is connected.
    std::unique_ptr<broker::WillPermit> permit_of(const DeviceFacts& facts,
                                                  authentication::IdentityPtr identity);
    std::unique_ptr<broker::WillPermit> permit_of(const Tenant& tenant, std::string_view client_id,
                                                  std::string_view author) override;

    struct Question {
        authentication::AbsentClient client;
        const broker::Will* will;
        std::function<void(broker::GuardAnswer)> answer;
    };
    void ask(Question question);
    bool is_outdated(const authentication::AbsentClient& client) const;

private:
    // At once, of one loop: reading blocks one of few workers.
    static constexpr std::size_t running_max = 4;

    void start_queued();
    async::Task<void> look_again(Question question);
    void take(Question question, const authentication::AuthenticationResult& result);
    void expired() override;

    LoopGateway& gateway_;
    std::deque<Question> queue_;
    std::vector<Question> waiting_;  // for another attempt
    std::size_t running_ = 0;
    // What a review under way holds; null once this is gone.
    std::shared_ptr<WillReviews*> self_ = std::make_shared<WillReviews*>(this);
};

}  // namespace gatehouse::gateway
