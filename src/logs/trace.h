// What happened to one connection attempt, step by step, for people who ask why
// (`gatehouse authorizer trace`). Kept in memory, bounded, gone with the process.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/pinned.h"
#include "base/tenant.h"

namespace gatehouse::logs {

enum class StepKind : std::uint8_t {
    Door,              // which listener, from where
    Tls,               // version, cipher, client certificate or none
    ServerName,        // SNI and the endpoint it stands for
    Alpn,              // offered and chosen
    ConnectParsed,     // protocol version, client id, user name (masked), will, keep-alive
    AuthorizerChosen,  // which, and by which key or default
    SignatureChecked,  // verified by which key, or why not
    EventSent,         // what the function was given
    AnswerReceived,    // what it answered, with cold or warm
    AnswerValidated,   // one for each rule that an answer must meet
    PolicyDecided,     // verdict on iot:Connect with its explanation
    Answered,          // what the client was told
    RefreshPlanned,    // when the authorizer is asked again
    Refreshed,         // it was asked again
    Ended,             // how the connection ended
};
// "door", "tls", "server-name", …
std::string_view name_of(StepKind kind);

enum class StepStatus : std::uint8_t { Passed, Failed, Skipped, Noted };
// "passed", "failed", "skipped", "noted".
std::string_view name_of(StepStatus status);

struct TraceStep {
    StepKind kind = StepKind::Door;
    StepStatus status = StepStatus::Noted;
    // One sentence, fit for anybody who may read logs; secrets masked.
    std::string detail;
    // The same with its secrets (the event with its password), or empty when there are none.
    // Shown on request on the same machine only, never logged.
    std::string unmasked_detail;
    // Since the trace began.
    std::chrono::microseconds elapsed{0};
};

enum class Outcome : std::uint8_t { Pending, Accepted, Refused, Ended };
std::string_view name_of(Outcome outcome);

// A trace as it was when asked for.
struct ConnectionTrace {
    Tenant tenant;
    std::string trace_id;
    std::string client_id;
    std::string source;  // address and port
    WallTime started{};
    Outcome outcome = Outcome::Pending;
    std::vector<TraceStep> steps;
    std::size_t steps_left_out = 0;
    // Of the store when this trace changed last; see TraceStore::changed_since().
    std::uint64_t revision = 0;
};

enum class Secrets : std::uint8_t { Masked, Shown };

// Whether an attempt got as far as a CONNECT. The others cost nothing to make, so they are bounded
// apart: neither kind pushes the other out.
enum class Attempt : std::uint8_t { Connect, NoConnect };

// The traces of the latest attempts of each kind, oldest dropped first, found by trace id or client
// id.
//
// Threads: any; each call holds one short lock.
class TraceStore : Pinned {
public:
    struct Settings {
        struct Share {
            std::size_t traces_max = 0;
            std::size_t bytes_max = 0;  // of texts
        };
        Share connects{.traces_max = 1000, .bytes_max = 8 * 1024 * 1024};
        Share no_connects{.traces_max = 100, .bytes_max = 1024 * 1024};
        std::size_t steps_max = 64;          // of one trace; later ones are counted
        std::size_t detail_max = 16 * 1024;  // bytes of one text; the rest is cut off
        std::size_t followers_max = 16;
    };

    explicit TraceStore(const Clock& clock);
    TraceStore(const Clock& clock, Settings settings);
    ~TraceStore();

    // One attempt's handle: steps are added through it. Cheap to move; an empty one ignores
    // everything, so that tracing can be off.
    class Recorder {
    public:
        Recorder() = default;
        explicit operator bool() const { return store_ != nullptr; }

        void step(StepKind kind, StepStatus status, std::string detail,
                  std::string unmasked_detail = {});
        // As soon as CONNECT told it.
        void name_client(std::string_view client_id);
        // As soon as the server name or listener told it.
        void name_tenant(const Tenant& tenant);
        void outcome(Outcome outcome);

    private:
        friend class TraceStore;
        template <class Apply>
        void change(Apply apply);

        TraceStore* store_ = nullptr;
        std::uint64_t number_ = 0;  // within its kind
        Attempt attempt_ = Attempt::Connect;
    };

    // Starts a trace. The store outlives the recorder.
    Recorder begin(const Tenant& tenant, std::string_view trace_id, std::string_view source,
                   Attempt attempt = Attempt::Connect);

    // Newest first, at most `limit`. Empty trace_id and client_id match every trace.
    struct Query {
        Tenant tenant;
        std::string trace_id;
        std::string client_id;
        std::size_t limit = 1;
        Secrets secrets = Secrets::Masked;
    };
    std::vector<ConnectionTrace> find(const Query& query) const;

    // Counts the changes of all traces, from 0.
    std::uint64_t revision() const;
    // The traces that changed after `revision`, those that changed first first. Whoever goes on
    // from the last one's revision misses nothing that the store still has. `trace_id` is unused.
    std::vector<ConnectionTrace> changed_since(std::uint64_t revision, const Query& query) const;

    // Calls back with each trace of the tenant whenever it gains a step or an outcome (masked),
    // on the thread that added it and outside the store's lock; the callback must not block.
    // An empty client id follows all. 0 when there are followers_max already.
    using Listener = std::function<void(const ConnectionTrace&)>;
    std::uint64_t follow(const Tenant& tenant, std::string client_id, Listener listener);
    // After the return the listener is not called again, except by a call under way.
    void unfollow(std::uint64_t follower);
    // The server is stopping: every listener is called with a trace without an id, and nobody can
    // follow any more.
    void end_following();

private:
    struct Entry;
    struct Follower;
    // The traces of one kind.
    struct Kind {
        Settings::Share bounds;
        std::deque<std::unique_ptr<Entry>> entries;  // in order of beginning
        std::uint64_t first = 0;                     // the number of entries.front()
        std::size_t bytes = 0;
    };
    static void drop_oldest_over_bounds(Kind& kind);
    Kind& kind_of(Attempt attempt) { return kinds_[static_cast<std::size_t>(attempt)]; }
    std::vector<const Entry*> entries_of(const Query& query) const;

    const Clock& clock_;
    const Settings settings_;
    mutable std::mutex mutex_;
    // Guarded by mutex_.
    std::array<Kind, 2> kinds_;  // by Attempt
    std::uint64_t begun_ = 0;
    std::uint64_t revision_ = 0;
    std::vector<std::shared_ptr<const Follower>> followers_;
    std::uint64_t next_follower_ = 1;
    bool following_ended_ = false;
};

}  // namespace gatehouse::logs
