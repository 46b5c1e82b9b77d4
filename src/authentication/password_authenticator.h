// The authorizer that needs no function: users and hashes from a file, policies from a folder. It
// is chosen by its name, `password-file`, as any other, and by default where the account has none.
//
// A password is checked on worker threads, since that takes tens of milliseconds on purpose. One
// that was right is remembered for a while, by a keyed digest that dies with the process, so that
// a fleet that comes back is not checked all over again.
//
// Threads: ask() and decides_about() from any loop; reload() from any thread; stop() on the home
// loop.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

#include "async/snapshot.h"
#include "async/worker_pool.h"
#include "authentication/admission.h"
#include "authentication/authenticator.h"
#include "authentication/password_file.h"
#include "authentication/password_hash.h"
#include "authentication/password_policies.h"
#include "authentication/refusal_brake.h"
#include "authentication/shared_policies.h"
#include "authentication/stand_in_hashes.h"
#include "base/random.h"
#include "logs/event_sink.h"
#include "logs/metrics.h"
#include "registry/authorizer_directory.h"

namespace gatehouse::authentication {

inline constexpr std::string_view password_authorizer_name = "password-file";

struct PasswordSource {
    std::filesystem::path users;     // password_file.h
    std::filesystem::path policies;  // password_policies.h
};

// Each must outlive the authenticator.
struct PasswordParts {
    async::EventLoop& home;  // where the bookkeeping lives
    const Clock& clock;
    Random& random;
    const async::Snapshot<registry::AuthorizerDirectory>& directory;
    logs::EventSink& events;
    const logs::LevelResolver& levels;
    logs::Metrics& metrics;
};

class PasswordAuthenticator : Pinned {
public:
    struct Settings {
        Tenant tenant;  // whose users they are
        std::size_t threads = 1;
        // Passwords that wait for a thread; over it clients are told to come later, those first
        // from whose address the most wait.
        std::size_t waiting_max = 2048;
        std::size_t remembered_max = 100'000;
        std::chrono::seconds remembered_for = std::chrono::minutes(10);
        RefusalBrake::Settings brake;
        std::string stand_in_key;  // of StandInHashes; the same in later runs
        // On the worker threads.
        std::function<bool(const std::string& hash, std::string_view password)> verify =
            verify_password;
        SecondQuestionMark second = SecondQuestionMark::ReadAsSeparator;
    };
    // The errors of the two files, and a user whose policy is not there.
    static Result<std::unique_ptr<PasswordAuthenticator>> make(Settings settings,
                                                               PasswordSource source,
                                                               PasswordParts parts);
    ~PasswordAuthenticator();

    // Reads both again. On an error what there is stays.
    Result<void> reload();

    // Whether a client is this authorizer's.
    bool decides_about(const Credentials& credentials) const;
    // Answers before the deadline.
    async::Task<AuthenticationResult> ask(std::shared_ptr<const Credentials> credentials,
                                          logs::TraceStore::Recorder trace, Deadline deadline);

    // No password is checked any more, those that wait included: their clients are refused.
    void stop();

private:
    struct Book {
        PasswordUsers users;
        PasswordPolicies policies;
        StandInHashes stand_ins;
    };
    struct Claim {
        std::string user;
        std::string password;
        std::string problem;  // why there is none
    };
    enum class Verdict : std::uint8_t { Right, Wrong, TooBusy };

    PasswordAuthenticator(Settings settings, PasswordSource source, PasswordParts parts,
                          std::shared_ptr<const Book> book);
    static Result<std::shared_ptr<const Book>> read(const PasswordSource& source,
                                                    const std::string& stand_in_key);

    Claim claim_of(const Credentials& credentials) const;
    async::Task<AuthenticationResult> ask_here(std::shared_ptr<const Credentials> credentials,
                                               logs::TraceStore::Recorder trace, Deadline deadline);
    async::Task<AuthenticationResult> decide(const Credentials& credentials, const Claim& claim,
                                             const Book& book, Deadline deadline);
    async::Task<Verdict> check(const Claim& claim, const Book& book, std::string source,
                               Deadline deadline);
    AuthenticationResult grant(const Credentials& credentials, const Claim& claim,
                               const Book& book);
    std::string memory_key(const Claim& claim, const std::string& hash) const;
    bool remembers(const std::string& key);
    void remember(std::string key);
    void report(const Credentials& credentials, std::chrono::microseconds duration,
                const AuthenticationResult& result);

    const Settings settings_;
    const PasswordSource source_;
    const PasswordParts parts_;
    logs::MetricSet& metrics_;
    async::Snapshot<Book> book_;
    std::string memory_secret_;
    SharedPolicies shared_policies_{{}, parts_.clock};
    // The home loop's.
    RefusalBrake brake_;
    Admission admission_;
    std::unordered_map<std::string, SteadyTime> remembered_;  // until when
    std::atomic<bool> is_stopped_ = false;
    async::WorkerPool workers_;  // last: its threads use the rest
};

}  // namespace gatehouse::authentication
