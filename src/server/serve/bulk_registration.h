// Makes the devices of bulk registrations: a line of the input file at a time, of each task in its
// turn. What a line comes to is written with the devices themselves, so that after a restart none
// is made twice. Tasks that ended long ago are removed.
//
// Source: AWS IoT Developer Guide, "Bulk registration". It is done in the name of the task's role,
// which has to be allowed to read the file, and all that the template comes to. AWS does not say
// how its reports look; here each line is an object with lineNumber, offset, and response or error.
//
// Threads: the loop; wake() from any.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "async/event_loop.h"
#include "async/task_group.h"
#include "async/worker_pool.h"
#include "base/clock.h"
#include "base/pinned.h"
#include "iam/role_sessions.h"
#include "registry/provisioning_records.h"
#include "registry/registration_task_records.h"
#include "server/serve/bucket_folder.h"

namespace gatehouse::server {

class BulkRegistration : Pinned {
public:
    static constexpr std::size_t line_bytes_max = 256 * 1024;  // AWS's
    // How often it looks for tasks that ended long ago.
    static constexpr std::chrono::hours looks_every{1};

    // All must outlive it.
    struct Parts {
        async::EventLoop& loop;
        async::WorkerPool& workers;
        registry::RegistrationTasks& tasks;
        registry::Provisionings& provisionings;
        iam::RoleSessions& roles;
        const BucketFolder& buckets;
        const Clock& clock;
        // Is told, in a sentence, why tasks stand still. On the loop.
        std::function<void(const std::string&)> report;
    };
    explicit BulkRegistration(Parts parts);

    // Goes on with what there is, and removes what ended long ago from now on. On the loop, or
    // before it runs.
    void start();
    // There may be a task to go on with.
    void wake();
    // Ends; the line that is being made is waited for.
    async::Task<void> stop();

private:
    using Stored = registry::Stored<registry::RegistrationTask>;
    using TaskOfTenant = std::pair<Tenant, registry::RegistrationTaskId>;
    struct Line {
        std::string_view text;
        std::uint64_t number = 0;
        std::uint64_t offset = 0;
        std::uint64_t bytes = 0;
    };

    void begin();
    void look_later();
    void try_later(const std::string& why);
    async::Task<void> work();
    async::Task<void> find_old();
    // Whether something was done.
    async::Task<bool> forget_some();
    async::Task<bool> advance_all();
    // Some lines of a task.
    async::Task<registry::Outcome<void>> advance(Tenant tenant, registry::RegistrationTaskId id);
    async::Task<registry::Outcome<BucketFolder::Part>> read_on(
        const registry::RegistrationTask& task);
    async::Task<registry::Outcome<void>> advance_in(Stored task, std::string slice);
    async::Task<registry::Outcome<void>> note(const Stored& task,
                                              const registry::RegistrationProgress& progress);
    async::Task<registry::Outcome<void>> end(const Stored& task,
                                             registry::RegistrationStatus status,
                                             std::string message);
    async::Task<registry::Outcome<void>> make(const Stored& task, const Line& line);
    async::Task<registry::Outcome<void>> make_device(const Stored& task, const Line& line);
    async::Task<registry::Outcome<void>> ask_role(const registry::RegistrationTask& task,
                                                  std::vector<iam::RoleAction> actions);

    const Parts parts_;
    async::TaskGroup tasks_;
    async::FunctionTimer retry_;
    async::FunctionTimer look_;
    std::set<TaskOfTenant> standing_;      // until retry_
    std::vector<TaskOfTenant> forgotten_;  // not all of them is gone yet
    bool is_due_ = false;                  // to look for old ones
    std::atomic<bool> is_posted_ = false;
    bool is_woken_ = false;
    bool is_stopping_ = false;
};

}  // namespace gatehouse::server
