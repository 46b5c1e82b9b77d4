// The keys that tokens are verified with: those of a file, or a set at an address (a "JWKS URL"),
// which is fetched when it is first needed and again from time to time. While the address does not
// answer, the keys that there are go on serving for a day.
//
// Who brings a token of an unknown key makes the set be fetched anew, but not more often than the
// interval says, whoever comes.
//
// Threads: one loop.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "async/event_loop.h"
#include "async/task.h"
#include "async/wake.h"
#include "base/deadline.h"
#include "base/pinned.h"
#include "net/http_endpoint.h"
#include "signature/json_web_key.h"

namespace gatehouse::authentication {

using TokenKeySet = std::shared_ptr<const signature::JsonWebKeys>;

// What was fetched from one address, which outlives who fetched it: whoever is declared anew with
// the same address goes on with it.
struct FetchedKeys {
    TokenKeySet keys;
    std::optional<SteadyTime> at;
};

class TokenKeys : Pinned {
public:
    struct Settings {
        std::chrono::seconds refresh_after = std::chrono::minutes(10);
        std::chrono::seconds refetch_interval{30};  // for unknown keys
        std::chrono::seconds retry_after{5};        // after a failure
        std::chrono::seconds usable_for = std::chrono::hours(24);
        std::size_t waiting_max = 1024;  // for the first fetch
    };

    // The loop must outlive it.
    TokenKeys(async::EventLoop& loop, TokenKeySet fixed);
    TokenKeys(async::EventLoop& loop, std::shared_ptr<net::HttpEndpoint> endpoint,
              Settings settings, std::shared_ptr<FetchedKeys> fetched);

    // Unavailable, with why: there are none.
    async::Task<Result<TokenKeySet>> current(Deadline deadline);
    // Others than these, or null: asked for after a key was not among them.
    async::Task<TokenKeySet> newer(TokenKeySet than, Deadline deadline);

private:
    async::Task<void> fetch(Deadline deadline);
    async::Task<void> wait_for_fetch(Deadline deadline);
    void take(const Result<net::HttpEndpoint::Answer>& answer);
    bool was_asked_within(std::chrono::seconds span) const;
    bool is_younger_than(std::chrono::seconds age) const;

    async::EventLoop& loop_;
    const std::shared_ptr<net::HttpEndpoint> endpoint_;  // null: the keys are fixed
    const Settings settings_;
    const std::shared_ptr<FetchedKeys> fetched_;
    std::optional<SteadyTime> asked_at_;
    std::string problem_;
    bool is_fetching_ = false;
    std::vector<std::shared_ptr<async::Wake>> waiting_;
};

}  // namespace gatehouse::authentication
