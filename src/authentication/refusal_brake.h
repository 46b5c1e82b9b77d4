// Slows down who is refused again and again, by what they say to be and their address, so that
// neighbours behind the same address are not held back, and no user by others' guesses from
// elsewhere.
//
// Source: our own.
//
// Threads: one loop.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "authentication/attempt_gates.h"
#include "authentication/credentials.h"
#include "base/random.h"

namespace gatehouse::authentication {

// What attempts of a user count by, however it is written.
std::string user_subject(std::string_view authorizer, std::string_view user);

// What the attempts of a client count by beside its address: the users it says to be (one by MQTT,
// another by HTTP, perhaps), without what else stands in the user name, and however they are
// written; where it names none, its client id, else what it shows instead. All whose
// Authorization cannot be read count as one. Empty: it shows nothing. A token is what the
// authorizer takes for one.
std::vector<std::string> brake_subjects(std::string_view authorizer, std::string_view user,
                                        const Credentials& credentials,
                                        std::optional<std::string_view> token);

// Must outlive its passes.
class RefusalBrake {
public:
    using Settings = AttemptGates::Settings;
    RefusalBrake(async::EventLoop& loop, Random& random, Settings settings);

    // Of the subject at this address (Address::site_key()); `subject` empty: of the address.
    GateKey key_of(std::string_view subject, std::string_view address) const;

    // An attempt under way, by all that it counts by.
    class Pass {
    public:
        void refused();
        // Which of several users it was is not known, so that no other's refusals are forgotten.
        void accepted();
        std::chrono::milliseconds held_back() const;

    private:
        friend RefusalBrake;
        Pass(AttemptGates& all, std::vector<GateKey> not_waited)
            : all_(&all), not_waited_(std::move(not_waited)) {}
        AttemptGates* all_;
        std::vector<AttemptGates::Pass> gates_;
        std::vector<GateKey> not_waited_;
    };
    // Waits until the attempt may be made, in turn. The errors are those of AttemptGates. At
    // `not_waited` it does not wait, but a refusal counts.
    async::Task<Result<Pass>> enter(std::vector<GateKey> keys, Deadline deadline,
                                    std::vector<GateKey> not_waited = {});

    // The server is stopping: nobody is held back any more.
    void release() { gates_.release(); }

private:
    std::string secret_;
    AttemptGates gates_;
};

}  // namespace gatehouse::authentication
