// Resources in one SQLite file: write-ahead log, synchronous FULL (an acknowledged batch
// survives a power failure).
//
// One connection writes and one reads, so that a listing does not wait for a commit to reach
// the disk. What comes while one commit is on its way there goes with the next, all of it together.
// Other programs may read the file while the server runs; one that holds a lock is
// waited for, up to busy_timeout.
//
// Commits that were on disk and are missing are noticed at the start (commit_mark.h).
//
// Threads: as ResourceStore; each connection serves one call at a time.
#pragma once

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "async/guarded.h"
#include "storage/commit_mark.h"
#include "storage/resource_store.h"
#include "storage/statement.h"

namespace gatehouse::storage {

class SqliteResourceStore final : public ResourceStore {
public:
    struct Settings {
        std::filesystem::path file;  // DATA_DIR/gatehouse.db
        std::chrono::milliseconds busy_timeout{5000};
        // A file up to this size is checked whole when it is opened (about 1 ms a MiB); a larger
        // one only by check().
        std::uintmax_t check_at_open_bytes_max = 1024 * 1024;
    };

    // Opens or makes the file and brings its schema up to date. The clock must outlive the store.
    // Errors: Unsupported (newer or foreign file), Corrupt, Unavailable; each names the file.
    static Result<std::unique_ptr<SqliteResourceStore>> open(const Clock& clock, Settings settings);
    ~SqliteResourceStore() override;

    Result<Record> get(const RecordKey& key) override;
    Result<RecordPage> list(const ListQuery& query) override;
    Result<std::size_t> count(const Tenant& tenant, const Kind& kind) override;
    Result<std::vector<Tenant>> tenants_with(const Kind& kind, const std::string& name) override;
    Result<void> scan(const Kind& kind, std::function<void(Record)> visitor) override;
    Result<LinkPage> links(const LinkQuery& query) override;
    Result<void> scan_links(const Relation& relation, std::function<void(Link)> visitor) override;
    // Of a worker of a pool, in a Pause.
    Result<Revision> apply(const Batch& batch) override;

    // SQLite's quick check of the whole file: Corrupt with the first finding.
    Result<void> check();

private:
    using Connection = async::Guarded<std::unique_ptr<Database>>;
    SqliteResourceStore(const Clock& clock, std::unique_ptr<Database> writer,
                        std::unique_ptr<Database> reader, CommitMark mark);

    struct Waiting {
        const Batch* batch;
        std::optional<Result<Revision>> outcome;
    };
    std::vector<Result<Revision>> apply_all(std::span<const Batch* const> batches);

    const Clock& clock_;
    std::mutex waiting_mutex_;  // of the next three, and of outcomes
    std::condition_variable one_is_done_;
    std::vector<Waiting*> waiting_;
    bool is_committing_ = false;
    Connection writer_;
    Connection reader_;
    CommitMark mark_;  // under the writer's guard
};

}  // namespace gatehouse::storage
