// Slows down who is refused again and again: first by what they say to be and their address, so
// that neighbours behind the same address are not held back; then, far more leniently, by what
// they say to be alone, so that one user's password is not guessed from many addresses at once.
//
// Nobody is locked out by others' guesses: from an address from which a user got in lately, only
// that address's own guesses count.
//
// Source: our own; the exemption is that of OWASP's "device cookies".
//
// Threads: one loop.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

#include "authentication/attempt_gates.h"
#include "authentication/credentials.h"
#include "base/random.h"

namespace gatehouse::authentication {

// What the attempts of a client count by beside its address: the user it says to be, without what
// else stands in the user name; where it names none, what it shows instead. Empty: it shows
// nothing, so that nothing can be guessed. A token is what the authorizer takes for one.
std::string brake_subject(std::string_view authorizer, std::string_view user,
                          const Credentials& credentials, std::optional<std::string_view> token);

// Must outlive its passes.
class RefusalBrake {
public:
    struct Settings {
        AttemptGates::Settings of_address;
        AttemptGates::Settings of_user{.free_refusals = 20,
                                       .first_delay = std::chrono::milliseconds(50),
                                       .delay_max = std::chrono::milliseconds(250),
                                       .waiting_max = 64,
                                       .entries_max = 4096};
        std::size_t known_max = 16'384;  // users with the addresses they came from
    };
    RefusalBrake(async::EventLoop& loop, Random& random, Settings settings);

    class Pass {
    public:
        // One without gates: nothing to be slowed by.
        Pass() = default;

        void refused();
        void accepted();
        std::chrono::milliseconds held_back() const;

    private:
        friend class RefusalBrake;
        RefusalBrake* brake_ = nullptr;
        GateKey of_address_key_{};
        std::optional<AttemptGates::Pass> of_address_;
        std::optional<AttemptGates::Pass> of_user_;
    };
    // Waits until the attempt may be made, in turn. The errors are those of AttemptGates.
    async::Task<Result<Pass>> enter(std::string subject, std::string address, Deadline deadline);

    // The server is stopping: nobody is held back any more.
    void release();

private:
    GateKey key_of(std::string_view subject, std::string_view address) const;
    bool knows(const GateKey& key) const;
    void know(const GateKey& key);

    const Settings settings_;
    std::string secret_;
    AttemptGates of_address_;
    AttemptGates of_user_;
    // Two generations: when the younger is full, the older is forgotten.
    std::unordered_set<GateKey, GateKeyHash> known_;
    std::unordered_set<GateKey, GateKeyHash> known_before_;
};

}  // namespace gatehouse::authentication
