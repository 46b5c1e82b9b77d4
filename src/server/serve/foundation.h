// What every other part stands on: time, chance, the data directory, the store, the log.
//
// Members are built top to bottom and destroyed in reverse.
#pragma once

#include <functional>
#include <memory>

#include "async/guarded.h"
#include "async/worker_pool.h"
#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "certificates/local_authority.h"
#include "indexing/index_worker.h"
#include "logs/configured_levels.h"
#include "logs/log_store.h"
#include "logs/metrics.h"
#include "logs/trace.h"
#include "registry/event_outbox.h"
#include "registry/identity_watch.h"
#include "server/serve/device_domains.h"
#include "server/serve/server_certificate.h"
#include "server/settings.h"
#include "storage/async_resource_store.h"
#include "storage/data_dir.h"
#include "storage/message_store.h"
#include "storage/observed_resource_store.h"
#include "storage/secret_box.h"
#include "storage/sqlite_resource_store.h"

namespace gatehouse::server {

class Foundation : Pinned {
public:
    // Blocking. Errors name what is wrong with the data directory and what to do.
    static Result<std::unique_ptr<Foundation>> make(const Settings& settings);

    std::unique_ptr<Clock> clock;
    ManualClock* manual_clock = nullptr;  // the clock, if it is one
    SystemRandom random;
    std::unique_ptr<storage::DataDir> data_dir;
    std::unique_ptr<logs::LogStore> log;
    logs::Metrics metrics;
    std::unique_ptr<logs::ConfiguredLevels> levels;
    std::unique_ptr<logs::TraceStore> traces;
    std::unique_ptr<storage::SqliteResourceStore> store;
    std::unique_ptr<registry::IdentityWatch> identity_watch;  // of the store
    std::unique_ptr<storage::MessageStore> messages;          // null: they are kept in memory
    std::uint64_t placing_seed = random.next();               // broker::BrokerSettings::seed
    std::unique_ptr<storage::SecretBox> secrets;
    std::unique_ptr<certificates::LocalAuthority> authority;
    std::unique_ptr<ServerCertificate> certificate;
    std::unique_ptr<DeviceDomains> domains;  // of the store
    std::unique_ptr<registry::EventOutbox> event_outbox;
    // Called, on any thread, when events were written into it; null: nobody publishes them.
    async::Guarded<std::function<void()>> on_events_written;
    // Called, on any thread, with batches that change topic rules; null: nobody runs them.
    async::Guarded<std::function<void(const storage::Batch&)>> on_rules_changed;
    std::unique_ptr<storage::ObservedResourceStore> observed_store;
    // Of what is observed. What it changes there is told to all that stand before it.
    std::unique_ptr<indexing::IndexWorker> index;
    // Those that wait for a commit let others join it.
    async::WorkerPool workers{{.name = "gh-work", .threads = 2, .paused_max = 14}};
    async::WorkerPool query_workers{{.name = "gh-query", .threads = 1}};  // over logs
    // For statements of rules that somebody tries: one, and one that waits.
    async::WorkerPool rule_test_workers{{.name = "gh-rule-test", .threads = 1, .queue_max = 1}};
    std::unique_ptr<storage::AsyncResourceStore> async_store;

private:
    Foundation() = default;
    // Makes what stands between the store and those who use it.
    Result<void> watch_store();
    // Of a batch that was applied.
    void note(const storage::Batch& batch);
};

// One default tenant: the account and region of the settings.
Tenant default_tenant(const Settings& settings);

}  // namespace gatehouse::server
