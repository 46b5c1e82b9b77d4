// Makes the devices of bulk registrations: a line of the input file at a time, of each task in its
// turn. What a line comes to is written with the devices themselves, so that after a restart none
// is made twice.
//
// Source: AWS IoT Developer Guide, "Bulk registration". It is done in the name of the task's role,
// which has to be allowed to read the file, and all that the template comes to. AWS does not say
// how its reports look; here each line is an object with lineNumber, offset, and response or error.
//
// Threads: the loop; wake() from any.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "async/event_loop.h"
#include "async/task_group.h"
#include "async/worker_pool.h"
#include "base/pinned.h"
#include "iam/role_sessions.h"
#include "registry/provisioning_records.h"
#include "registry/registration_task_records.h"
#include "server/serve/bucket_folder.h"

namespace gatehouse::server {

class BulkRegistration : Pinned {
public:
    static constexpr std::size_t line_bytes_max = 256 * 1024;  // AWS's

    // All must outlive it.
    struct Parts {
        async::EventLoop& loop;
        async::WorkerPool& workers;
        registry::RegistrationTasks& tasks;
        registry::Provisionings& provisionings;
        iam::RoleSessions& roles;
        const BucketFolder& buckets;
        // Is told, in a sentence, why tasks stand still. On the loop.
        std::function<void(const std::string&)> report;
    };
    explicit BulkRegistration(Parts parts)
        : parts_(std::move(parts)),
          tasks_(parts_.loop, "bulk registrations"),
          retry_([this] { wake(); }) {}

    // There may be a task to go on with.
    void wake();
    // Ends; the line that is being made is waited for.
    async::Task<void> stop();

private:
    using Stored = registry::Stored<registry::RegistrationTask>;
    struct Line {
        std::string_view text;
        std::uint64_t number = 0;
        std::uint64_t offset = 0;
        std::uint64_t bytes = 0;
    };

    async::Task<void> work();
    void try_later(const std::string& why);
    // Some lines of a task.
    async::Task<registry::Outcome<void>> advance(Tenant tenant, registry::RegistrationTaskId id);
    async::Task<registry::Outcome<void>> advance_in(Stored task, std::string slice);
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
    std::atomic<bool> is_posted_ = false;
    bool is_woken_ = false;
    bool is_stopping_ = false;
};

}  // namespace gatehouse::server
