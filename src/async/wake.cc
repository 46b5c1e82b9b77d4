#include "async/wake.h"

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cassert>
#include <optional>

namespace gatehouse::async {
namespace {

using Token = asio::use_awaitable_t<Executor>;
using Handler = asio::async_result<Token, void(bool)>::handler_type;

}  // namespace

// Lives in the frame of the waiting coroutine.
class Wake::Waiter final : public Timer {
public:
    explicit Waiter(Wake& wake) : wake_(wake) { wake_.waiter_ = this; }
    ~Waiter() {
        if (wake_.waiter_ == this) wake_.waiter_ = nullptr;
    }

    void begin(Handler handler) { handler_.emplace(std::move(handler)); }

    void complete(bool notified) {
        cancel();
        wake_.waiter_ = nullptr;
        // Never resumed from within the notifier: it may hold half-changed state.
        asio::post(wake_.loop_.executor(), [handler = std::move(*handler_), notified]() mutable {
            std::move(handler)(notified);
        });
    }

private:
    void expired() override { complete(false); }

    Wake& wake_;
    std::optional<Handler> handler_;
};

Wake::Wake(EventLoop& loop) : loop_(loop) {}

Wake::~Wake() {
    assert(waiter_ == nullptr && "a task still waits for this");
}

void Wake::notify() {
    if (waiter_ != nullptr) {
        waiter_->complete(true);
    } else {
        notified_ = true;
    }
}

Task<bool> Wake::wait(Deadline deadline) {
    assert(waiter_ == nullptr && "one waiter at a time");
    if (std::exchange(notified_, false)) co_return true;
    if (deadline.passed(loop_.clock().steady_now())) co_return false;
    Waiter waiter(*this);
    if (!deadline.is_never()) loop_.timers().set(waiter, deadline.at());
    Token token;
    co_return co_await asio::async_initiate<Token&, void(bool)>(
        [&waiter](Handler handler) { waiter.begin(std::move(handler)); }, token);
}

Task<void> sleep_until(EventLoop& loop, Deadline deadline) {
    Wake wake(loop);
    co_await wake.wait(deadline);
}

}  // namespace gatehouse::async
