// Keeps the identity of one connection current while it is open: asks the authorizer again when
// a refresh is due, and ends the connection when its time is up: that of the answer, or of a
// signature and its access key.
//
// Source: AWS IoT Core Developer Guide, custom authentication, `refreshAfterInSeconds` and
// `disconnectAfterInSeconds` (the latter counts from connect; a refresh does not move it).
//
// Threads: the connection's home loop. Lifetimes: a member of the connection; a refresh under
// way when the connection ends finishes alone and is dropped.
#pragma once

#include <memory>

#include "async/event_loop.h"
#include "authentication/authenticator.h"

namespace gatehouse::gateway {

class DeviceConnection;

class IdentityKeeper final : async::Timer {
public:
    // Null when the identity neither needs a refresh nor ends.
    static std::unique_ptr<IdentityKeeper> make_if_needed(DeviceConnection& connection,
                                                          SteadyTime authenticated_at);
    ~IdentityKeeper();

private:
    IdentityKeeper(DeviceConnection& connection, SteadyTime authenticated_at);

    // One timer, for whichever comes first.
    void expired() override;
    void set_timer();
    void plan_refresh(SteadyTime from);
    void refresh();
    static async::Task<void> ask_again(std::shared_ptr<IdentityKeeper*> keeper);
    void take(authentication::AuthenticationResult result);

    static constexpr SteadyTime never = SteadyTime::max();

    DeviceConnection& connection_;
    SteadyTime refresh_at_ = never;
    std::chrono::seconds retry_wait_{
        0};  // before the present attempt; 0: the last one was answered
    SteadyTime end_at_ = never;
    // What a refresh under way holds, from the first on; empty once the keeper is gone.
    std::shared_ptr<IdentityKeeper*> self_;
};

}  // namespace gatehouse::gateway
