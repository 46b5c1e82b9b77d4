#include "storage/sqlite_resource_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "async/worker_pool.h"
#include "storage/listing.h"
#include "storage/migrations.h"
#include "storage/sqlite_batch.h"
#include "storage/sqlite_resource_schema.h"

namespace gatehouse::storage {
namespace {

constexpr std::string_view select_one =
    "SELECT account, region, kind, name, body, revision, created, modified FROM records"
    " WHERE account = ? AND region = ? AND kind = ? AND name = ?";
constexpr std::string_view select_of_kind =
    "SELECT account, region, kind, name, body, revision, created, modified FROM records"
    " WHERE kind = ? ORDER BY account, region, name";
constexpr std::string_view select_page_up =
    "SELECT account, region, kind, name, body, revision, created, modified FROM records"
    " WHERE account = ? AND region = ? AND kind = ? AND name >= ? AND name < ?"
    " ORDER BY name LIMIT ?";
constexpr std::string_view select_page_down =
    "SELECT account, region, kind, name, body, revision, created, modified FROM records"
    " WHERE account = ? AND region = ? AND kind = ? AND name >= ? AND name < ?"
    " ORDER BY name DESC LIMIT ?";

// Reads a row of the queries above.
Record read_record(const Statement& row) {
    const auto time = [&row](int column) {
        return WallTime(std::chrono::milliseconds(row.number(column)));
    };
    return {.key = {.tenant = {AccountId(row.text(0)), Region(row.text(1))},
                    .kind = Kind(row.text(2)),
                    .name = std::string(row.text(3))},
            .body = std::string(row.text(4)),
            .revision = Revision(static_cast<std::uint64_t>(row.number(5))),
            .created = time(6),
            .modified = time(7)};
}

struct NameRange {
    std::string begin;
    std::string end;  // not in the range
};

// Names with the query's prefix, on the far side of the one that the last page ended with.
NameRange name_range(const ListQuery& query, const std::optional<std::string>& after) {
    NameRange range{query.prefix, end_of_prefix(query.prefix)};
    if (range.end.empty()) range.end = after_every_name;
    if (!after) return range;
    if (query.order == Order::Ascending) {
        // Names hold no zero character, so this is the least text beyond the name.
        range.begin = std::max(range.begin, *after + '\0');
    } else {
        range.end = std::min(range.end, *after);
    }
    return range;
}

Result<void> configure_resources(Database& database) {
    return database.run_script(
        "PRAGMA journal_mode = WAL;"
        "PRAGMA synchronous = FULL;"
        "PRAGMA journal_size_limit = 4194304;"
        // What is deleted (a sealed secret, say) does not stay readable in free pages.
        "PRAGMA secure_delete = ON;");
}

// Each batch that changes something raises the revision, so that is the number of commits.
Result<void> check_commits(Database& database) {
    const auto marked = CommitMark::read(database.file());
    const auto counts =
        database.number("SELECT count(*) FROM sqlite_schema WHERE name = 'last_revision'");
    if (!counts) return fail(counts.error());
    const auto revision = *counts == 0 ? Revision{} : last_revision(database);
    if (!revision) return fail(revision.error());
    return CommitMark::check(database, marked, revision->value());
}

Result<void> quick_check(Database& database) {
    auto statement = database.prepare("PRAGMA quick_check(1)");
    if (!statement) return fail(std::move(statement.error()));
    const auto row = statement->step();
    if (!row) return fail(row.error());
    if (*row && statement->text(0) == "ok") return {};
    return fail(ErrorKind::Corrupt,
                fmt::format("{} is damaged ({}); stop the server and restore the file from a copy",
                            database.file(), *row ? statement->text(0) : "no finding"));
}

}  // namespace

Result<std::unique_ptr<SqliteResourceStore>> SqliteResourceStore::open(const Clock& clock,
                                                                       Settings settings) {
    std::error_code error;
    if (!std::filesystem::exists(settings.file, error)) CommitMark::remove(settings.file);
    auto writer = Database::open({.file = settings.file, .busy_timeout = settings.busy_timeout});
    if (!writer) return fail(std::move(writer.error()));
    if (auto checked = check_commits(**writer); !checked) return fail(std::move(checked.error()));
    if (auto migrated = migrate(**writer, resource_schema); !migrated) {
        return fail(std::move(migrated.error()));
    }
    if (auto configured = configure_resources(**writer); !configured) {
        return fail(std::move(configured.error()));
    }
    const auto size = std::filesystem::file_size(settings.file, error);
    if (!error && size <= settings.check_at_open_bytes_max) {
        if (auto checked = quick_check(**writer); !checked) {
            return fail(std::move(checked.error()));
        }
    }
    auto reader = Database::open({.file = settings.file,
                                  .access = Database::Access::ReadOnly,
                                  .busy_timeout = settings.busy_timeout});
    if (!reader) return fail(std::move(reader.error()));
    const auto revision = last_revision(**writer);
    if (!revision) return fail(revision.error());
    auto mark = CommitMark::open(settings.file, revision->value());
    if (!mark) return fail(std::move(mark.error()));
    return std::unique_ptr<SqliteResourceStore>(
        new SqliteResourceStore(clock, std::move(*writer), std::move(*reader), std::move(*mark)));
}

SqliteResourceStore::SqliteResourceStore(const Clock& clock, std::unique_ptr<Database> writer,
                                         std::unique_ptr<Database> reader, CommitMark mark)
    : clock_(clock),
      writer_(std::move(writer)),
      reader_(std::move(reader)),
      mark_(std::move(mark)) {}

// The writer goes last: closing it brings the write-ahead log into the file and removes it.
SqliteResourceStore::~SqliteResourceStore() {
    reader_.lock()->reset();
    writer_.lock()->reset();
}

Result<Record> SqliteResourceStore::get(const RecordKey& key) {
    if (auto checked = check_key(key); !checked) return fail(std::move(checked.error()));
    const auto reader = reader_.lock();
    auto statement = (*reader)->prepare(select_one);
    if (!statement) return fail(std::move(statement.error()));
    const auto row = statement
                         ->bind_all(key.tenant.account.view(), key.tenant.region.view(),
                                    key.kind.view(), std::string_view(key.name))
                         .step();
    if (!row) return fail(row.error());
    if (!*row) {
        return fail(ErrorKind::NotFound,
                    fmt::format("there is no {} '{}'", key.kind.view(), key.name));
    }
    return read_record(*statement);
}

Result<RecordPage> SqliteResourceStore::list(const ListQuery& query) {
    if (auto checked = check_query(query); !checked) return fail(std::move(checked.error()));
    const auto after = page_start(query);
    if (!after) return fail(after.error());
    const bool up = query.order == Order::Ascending;
    const auto [begin, end] = name_range(query, *after);
    const auto reader = reader_.lock();
    auto statement = (*reader)->prepare(up ? select_page_up : select_page_down);
    if (!statement) return fail(std::move(statement.error()));
    statement->bind_all(query.tenant.account.view(), query.tenant.region.view(), query.kind.view(),
                        std::string_view(begin), std::string_view(end),
                        static_cast<std::int64_t>(query.limit + 1));
    RecordPage page;
    for (;;) {
        const auto row = statement->step();
        if (!row) return fail(row.error());
        if (!*row) return page;
        if (page.records.size() == query.limit) {
            page.next_page = page_token_after(query, page.records.back().key.name);
            return page;
        }
        page.records.push_back(read_record(*statement));
    }
}

Result<std::size_t> SqliteResourceStore::count(const Tenant& tenant, const Kind& kind) {
    const auto reader = reader_.lock();
    return count_records(**reader, tenant, kind);
}

Result<std::vector<Tenant>> SqliteResourceStore::tenants_with(const Kind& kind,
                                                              const std::string& name) {
    const auto reader = reader_.lock();
    auto statement = (*reader)->prepare(
        "SELECT account, region FROM records WHERE kind = ? AND name = ?"
        " ORDER BY account, region");
    if (!statement) return fail(std::move(statement.error()));
    statement->bind_all(kind.view(), std::string_view(name));
    std::vector<Tenant> tenants;
    for (;;) {
        const auto row = statement->step();
        if (!row) return fail(row.error());
        if (!*row) return tenants;
        tenants.push_back({AccountId(statement->text(0)), Region(statement->text(1))});
    }
}

Result<void> SqliteResourceStore::scan(const Kind& kind, std::function<void(Record)> visitor) {
    const auto reader = reader_.lock();
    auto statement = (*reader)->prepare(select_of_kind);
    if (!statement) return fail(std::move(statement.error()));
    statement->bind(kind.view());
    for (;;) {
        const auto row = statement->step();
        if (!row) return fail(row.error());
        if (!*row) return {};
        visitor(read_record(*statement));
    }
}

Result<LinkPage> SqliteResourceStore::links(const LinkQuery& query) {
    if (auto checked = check_query(query); !checked) return fail(std::move(checked.error()));
    const auto after = page_start(query);
    if (!after) return fail(after.error());
    const auto reader = reader_.lock();
    auto statement = (*reader)->prepare(link_listing(query.direction, query.order));
    if (!statement) return fail(std::move(statement.error()));
    const bool up = query.order == Order::Ascending;
    const std::string beyond = after->value_or(up ? std::string() : std::string(after_every_name));
    statement->bind_all(query.tenant.account.view(), query.tenant.region.view(),
                        query.relation.view(), std::string_view(query.name),
                        std::string_view(beyond), static_cast<std::int64_t>(query.limit + 1));
    LinkPage page;
    for (;;) {
        const auto row = statement->step();
        if (!row) return fail(row.error());
        if (!*row) return page;
        if (page.names.size() == query.limit) {
            page.next_page = page_token_after(query, page.names.back());
            return page;
        }
        page.names.emplace_back(statement->text(0));
    }
}

Result<void> SqliteResourceStore::scan_links(const Relation& relation,
                                             std::function<void(Link)> visitor) {
    const auto reader = reader_.lock();
    auto statement = (*reader)->prepare(
        "SELECT account, region, origin, target FROM links WHERE relation = ?"
        " ORDER BY account, region, origin, target");
    if (!statement) return fail(std::move(statement.error()));
    statement->bind(relation.view());
    for (;;) {
        const auto row = statement->step();
        if (!row) return fail(row.error());
        if (!*row) return {};
        visitor({.tenant = {AccountId(statement->text(0)), Region(statement->text(1))},
                 .relation = relation,
                 .from = std::string(statement->text(2)),
                 .to = std::string(statement->text(3))});
    }
}

Result<Revision> SqliteResourceStore::apply(const Batch& batch) {
    if (auto checked = check_batch(batch); !checked) return fail(std::move(checked.error()));
    const async::WorkerPool::Pause pause;
    Waiting own{&batch, std::nullopt};
    std::unique_lock lock(waiting_mutex_);
    waiting_.push_back(&own);
    one_is_done_.wait(lock, [&] { return own.outcome || !is_committing_; });
    if (!own.outcome) {
        // It is this one's turn to commit for all that wait.
        is_committing_ = true;
        std::vector<Waiting*> group = std::exchange(waiting_, {});
        std::vector<const Batch*> batches;
        for (const Waiting* const each : group) batches.push_back(each->batch);
        lock.unlock();
        auto outcomes = apply_all(batches);
        lock.lock();
        for (std::size_t i = 0; i < group.size(); ++i) group[i]->outcome = std::move(outcomes[i]);
        is_committing_ = false;
        one_is_done_.notify_all();
    }
    return std::move(*own.outcome);
}

std::vector<Result<Revision>> SqliteResourceStore::apply_all(
    std::span<const Batch* const> batches) {
    const auto writer = writer_.lock();
    auto outcomes = apply_batches(**writer, batches, clock_.wall_now());
    std::uint64_t last = 0;
    for (const auto& outcome : outcomes) {
        if (outcome) last = std::max(last, outcome->value());
    }
    // The writer's guard is the mark's, too: its numbers come in order.
    if (last != 0) mark_.note(last);
    return outcomes;
}

Result<void> SqliteResourceStore::check() {
    const auto writer = writer_.lock();
    return quick_check(**writer);
}

}  // namespace gatehouse::storage
