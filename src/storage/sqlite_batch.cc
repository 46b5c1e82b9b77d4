#include "storage/sqlite_batch.h"

#include <optional>
#include <utility>

#include "storage/listing.h"

namespace gatehouse::storage {
namespace {

Result<bool> any_row(Result<Statement> statement) {
    if (!statement) return fail(std::move(statement.error()));
    return statement->step();
}

// Prepares, binds and asks whether there is a row.
template <class... Values>
Result<bool> has_row(Database& database, std::string_view sql, const Values&... values) {
    auto statement = database.prepare(sql);
    if (statement) statement->bind_all(values...);
    return any_row(std::move(statement));
}

Result<bool> negate(Result<bool> answer) {
    if (!answer) return answer;
    return !*answer;
}

std::int64_t stored(Revision revision) {
    return static_cast<std::int64_t>(revision.value());
}

struct Judge {
    Database& database;

    Result<bool> operator()(const Exists& what) const { return exists(what.key); }
    Result<bool> operator()(const IsAbsent& what) const { return negate(exists(what.key)); }
    Result<bool> operator()(const HasRevision& what) const {
        return has_row(database,
                       "SELECT 1 FROM records WHERE account = ? AND region = ? AND kind = ?"
                       " AND name = ? AND revision = ?",
                       what.key.tenant.account.view(), what.key.tenant.region.view(),
                       what.key.kind.view(), std::string_view(what.key.name),
                       stored(what.revision));
    }
    Result<bool> operator()(const FewerThan& what) const {
        const auto count = count_records(database, what.tenant, what.kind);
        if (!count) return fail(count.error());
        return *count < what.count;
    }
    Result<bool> operator()(const IsLinked& what) const { return linked(what.link); }
    Result<bool> operator()(const IsNotLinked& what) const { return negate(linked(what.link)); }
    Result<bool> operator()(const HasNoLinks& what) const {
        auto statement = database.prepare(link_listing(what.direction, Order::Ascending));
        if (statement) {
            statement->bind_all(what.tenant.account.view(), what.tenant.region.view(),
                                what.relation.view(), std::string_view(what.name),
                                before_every_name, std::int64_t{1});
        }
        return negate(any_row(std::move(statement)));
    }

private:
    Result<bool> exists(const RecordKey& key) const {
        return has_row(database,
                       "SELECT 1 FROM records WHERE account = ? AND region = ? AND kind = ?"
                       " AND name = ?",
                       key.tenant.account.view(), key.tenant.region.view(), key.kind.view(),
                       std::string_view(key.name));
    }
    Result<bool> linked(const Link& link) const {
        return has_row(database,
                       "SELECT 1 FROM links WHERE account = ? AND region = ? AND relation = ?"
                       " AND origin = ? AND target = ?",
                       link.tenant.account.view(), link.tenant.region.view(), link.relation.view(),
                       std::string_view(link.from), std::string_view(link.to));
    }
};

struct Maker {
    Database& database;
    Revision revision;
    std::int64_t now;

    Result<void> operator()(const Put& change) const {
        return database.run(
            "INSERT INTO records (account, region, kind, name, body, revision, created, modified)"
            " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)"
            " ON CONFLICT (account, region, kind, name) DO UPDATE"
            " SET body = ?5, revision = ?6, modified = ?7",
            change.key.tenant.account.view(), change.key.tenant.region.view(),
            change.key.kind.view(), std::string_view(change.key.name),
            std::string_view(change.body), stored(revision), now);
    }
    Result<void> operator()(const Remove& change) const {
        return database.run(
            "DELETE FROM records WHERE account = ? AND region = ? AND kind = ? AND name = ?",
            change.key.tenant.account.view(), change.key.tenant.region.view(),
            change.key.kind.view(), std::string_view(change.key.name));
    }
    Result<void> operator()(const AddLink& change) const {
        return link(
            "INSERT OR IGNORE INTO links (account, region, relation, origin, target)"
            " VALUES (?, ?, ?, ?, ?)",
            change.link);
    }
    Result<void> operator()(const RemoveLink& change) const {
        return link(
            "DELETE FROM links WHERE account = ? AND region = ? AND relation = ?"
            " AND origin = ? AND target = ?",
            change.link);
    }
    Result<void> operator()(const RemoveLinks& change) const {
        return database.run(
            change.direction == Direction::From
                ? "DELETE FROM links WHERE account = ? AND region = ? AND relation = ?"
                  " AND origin = ?"
                : "DELETE FROM links WHERE account = ? AND region = ? AND relation = ?"
                  " AND target = ?",
            change.tenant.account.view(), change.tenant.region.view(), change.relation.view(),
            std::string_view(change.name));
    }

private:
    Result<void> link(std::string_view sql, const Link& link) const {
        return database.run(sql, link.tenant.account.view(), link.tenant.region.view(),
                            link.relation.view(), std::string_view(link.from),
                            std::string_view(link.to));
    }
};

Result<Revision> next_revision(Database& database) {
    const auto number =
        database.number("UPDATE last_revision SET number = number + 1 RETURNING number");
    if (!number) return fail(number.error());
    return Revision(static_cast<std::uint64_t>(*number));
}

// Whether the batch's conditions hold; the error is the database's, or the first condition's that
// does not.
struct Judgement {
    Result<void> outcome;
    bool is_of_database = false;
};
Judgement judge(Database& database, const Batch& batch) {
    for (const Condition& condition : batch.conditions()) {
        const auto holds = std::visit(Judge{database}, condition.what);
        if (!holds) return {fail(holds.error()), true};
        if (!*holds) return {fail(condition.otherwise)};
    }
    return {};
}

// Requires: a transaction, and that the conditions hold.
Result<Revision> make_changes(Database& database, const Batch& batch, WallTime now) {
    if (batch.changes().empty()) return last_revision(database);
    const auto revision = next_revision(database);
    if (!revision) return revision;
    const Maker maker{database, *revision, now.time_since_epoch().count()};
    for (const Change& change : batch.changes()) {
        if (auto made = std::visit(maker, change); !made) return fail(std::move(made.error()));
    }
    return *revision;
}

// Nothing: the database failed, and all of it is undone. A batch whose conditions do not hold
// changes nothing, so the transaction goes on.
std::optional<std::vector<Result<Revision>>> apply_together(Database& database,
                                                            std::span<const Batch* const> batches,
                                                            WallTime now) {
    auto transaction = Transaction::begin(database, Transaction::Kind::Write);
    if (!transaction) return std::nullopt;
    std::vector<Result<Revision>> outcomes;
    for (const Batch* const batch : batches) {
        const Judgement judgement = judge(database, *batch);
        if (judgement.is_of_database) return std::nullopt;
        if (!judgement.outcome) {
            outcomes.push_back(fail(judgement.outcome.error()));
            continue;
        }
        outcomes.push_back(make_changes(database, *batch, now));
        if (!outcomes.back()) return std::nullopt;
    }
    if (!transaction->commit()) return std::nullopt;
    return outcomes;
}

}  // namespace

Result<Revision> last_revision(Database& database) {
    const auto number = database.number("SELECT number FROM last_revision");
    if (!number) return fail(number.error());
    return Revision(static_cast<std::uint64_t>(*number));
}

Result<std::size_t> count_records(Database& database, const Tenant& tenant, const Kind& kind) {
    auto statement = database.prepare(
        "SELECT count(*) FROM records WHERE account = ? AND region = ? AND kind = ?");
    if (!statement) return fail(std::move(statement.error()));
    const auto row =
        statement->bind_all(tenant.account.view(), tenant.region.view(), kind.view()).step();
    if (!row) return fail(row.error());
    return static_cast<std::size_t>(statement->number(0));
}

std::string_view link_listing(Direction direction, Order order) {
    if (direction == Direction::From) {
        return order == Order::Ascending
                   ? "SELECT target FROM links WHERE account = ?1 AND region = ?2"
                     " AND relation = ?3 AND origin = ?4 AND target > ?5"
                     " ORDER BY target LIMIT ?6"
                   : "SELECT target FROM links WHERE account = ?1 AND region = ?2"
                     " AND relation = ?3 AND origin = ?4 AND target < ?5"
                     " ORDER BY target DESC LIMIT ?6";
    }
    return order == Order::Ascending ? "SELECT origin FROM links WHERE account = ?1 AND region = ?2"
                                       " AND relation = ?3 AND target = ?4 AND origin > ?5"
                                       " ORDER BY origin LIMIT ?6"
                                     : "SELECT origin FROM links WHERE account = ?1 AND region = ?2"
                                       " AND relation = ?3 AND target = ?4 AND origin < ?5"
                                       " ORDER BY origin DESC LIMIT ?6";
}

Result<Revision> apply_batch(Database& database, const Batch& batch, WallTime now) {
    auto transaction = Transaction::begin(database, Transaction::Kind::Write);
    if (!transaction) return fail(std::move(transaction.error()));
    if (auto judgement = judge(database, batch); !judgement.outcome) {
        return fail(std::move(judgement.outcome.error()));
    }
    const auto revision = make_changes(database, batch, now);
    if (!revision || batch.changes().empty()) return revision;
    if (auto committed = transaction->commit(); !committed) {
        return fail(std::move(committed.error()));
    }
    return revision;
}

std::vector<Result<Revision>> apply_batches(Database& database,
                                            std::span<const Batch* const> batches, WallTime now) {
    if (batches.size() > 1) {
        if (auto outcomes = apply_together(database, batches, now)) return std::move(*outcomes);
    }
    std::vector<Result<Revision>> outcomes;
    for (const Batch* const batch : batches) {
        outcomes.push_back(apply_batch(database, *batch, now));
    }
    return outcomes;
}

}  // namespace gatehouse::storage
