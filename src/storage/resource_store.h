// Resources on disk: small named records with links between them, changed in atomic batches.
//
// The store knows nothing of what a record means. Its owner (registry, functions, iam) chooses
// the kind, encodes the body and states, in each batch, the conditions under which the batch is
// right, together with the refusal that is to be answered when one of them does not hold.
//
// Every backend behaves alike; resource_store_contract.h is the test that says so.
//
// Threads: every method may be called from any thread, and blocks: call it on a worker
// (AsyncResourceStore does).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/named.h"
#include "base/pinned.h"
#include "base/result.h"
#include "base/tenant.h"

namespace gatehouse::storage {

using Kind = Named<std::string, struct KindTag>;          // "authorizer"
using Relation = Named<std::string, struct RelationTag>;  // "policy-attachment"

// Every batch that changes something gets the next revision of the whole store, and gives it to
// every record it writes. So a record's revision only grows, also when the record is removed and
// made again; there may be gaps. Zero: nothing was ever written.
using Revision = Named<std::uint64_t, struct RevisionTag>;

// A tenant's account and region may be empty: such a record belongs to the whole server.
struct RecordKey {
    Tenant tenant;
    Kind kind;
    std::string name;

    auto operator<=>(const RecordKey&) const = default;
    bool operator==(const RecordKey&) const = default;
};

struct Record {
    RecordKey key;
    std::string body;  // JSON text, UTF-8
    Revision revision;
    WallTime created{};
    WallTime modified{};

    bool operator==(const Record&) const = default;
};

// A directed link between two names within a tenant. The relation says what kinds they are of;
// the store does not ask whether such records exist.
struct Link {
    Tenant tenant;
    Relation relation;
    std::string from;
    std::string to;

    auto operator<=>(const Link&) const = default;
    bool operator==(const Link&) const = default;
};

// Bounds of what is stored; over them a call fails with TooLarge (bodies) or InvalidInput.
inline constexpr std::size_t name_bytes_max = 512;  // names, and ends of links; at least 1
inline constexpr std::size_t kind_bytes_max = 64;   // kinds and relations; at least 1
inline constexpr std::size_t body_bytes_max = 1024 * 1024;
inline constexpr std::size_t page_records_max = 10'000;

enum class Order : std::uint8_t { Ascending, Descending };

// Names are compared byte by byte.
struct ListQuery {
    Tenant tenant;
    Kind kind;
    std::string prefix;  // of the name
    Order order = Order::Ascending;
    std::size_t limit = 100;  // 1 to page_records_max
    std::string page_token;   // empty: from the start; else as a page of the same query gave it
};

struct RecordPage {
    std::vector<Record> records;
    std::string next_page;  // empty on the last page
};

enum class Direction : std::uint8_t {
    From,  // links that start at the name; the answer holds where they lead
    To,    // links that lead to the name; the answer holds where they start
};

struct LinkQuery {
    Tenant tenant;
    Relation relation;
    Direction direction = Direction::From;
    std::string name;
    Order order = Order::Ascending;
    std::size_t limit = 100;
    std::string page_token;
};

struct LinkPage {
    std::vector<std::string> names;
    std::string next_page;
};

// What must hold before a batch, seen together with it in one transaction.
struct Exists {
    RecordKey key;
};
struct IsAbsent {
    RecordKey key;
};
struct HasRevision {
    RecordKey key;
    Revision revision;
};
struct FewerThan {
    Tenant tenant;
    Kind kind;
    std::size_t count = 0;
};
struct IsLinked {
    Link link;
};
struct IsNotLinked {
    Link link;
};
struct HasNoLinks {
    Tenant tenant;
    Relation relation;
    Direction direction = Direction::From;
    std::string name;
};

struct Condition {
    std::variant<Exists, IsAbsent, HasRevision, FewerThan, IsLinked, IsNotLinked, HasNoLinks> what;
    Error otherwise;  // what apply() answers when it does not hold
};

struct Put {
    RecordKey key;
    std::string body;
};
struct Remove {
    RecordKey key;
};
struct AddLink {
    Link link;
};
struct RemoveLink {
    Link link;
};
struct RemoveLinks {
    Tenant tenant;
    Relation relation;
    Direction direction = Direction::From;
    std::string name;
};

using Change = std::variant<Put, Remove, AddLink, RemoveLink, RemoveLinks>;

// Conditions, then changes. All conditions are judged, in their order, on the state before the
// first change; then all changes happen, in their order, or none does.
//
//   Batch()
//       .require(IsAbsent{key}, Error{ErrorKind::Conflict, "authorizer 'A' exists already", {}})
//       .put(key, body)
class Batch {
public:
    template <class What>
    Batch& require(What what, Error otherwise) & {
        conditions_.push_back({std::move(what), std::move(otherwise)});
        return *this;
    }
    template <class What>
    Batch&& require(What what, Error otherwise) && {
        return std::move(require(std::move(what), std::move(otherwise)));
    }
    // Makes or replaces; a record that exists keeps its creation time.
    Batch& put(RecordKey key, std::string body) & {
        return add(Put{std::move(key), std::move(body)});
    }
    Batch&& put(RecordKey key, std::string body) && {
        return std::move(add(Put{std::move(key), std::move(body)}));
    }
    // Any other change. Removing what is not there and linking what is linked change nothing.
    template <class What>
    Batch& change(What what) & {
        return add(std::move(what));
    }
    template <class What>
    Batch&& change(What what) && {
        return std::move(add(std::move(what)));
    }

    const std::vector<Condition>& conditions() const { return conditions_; }
    const std::vector<Change>& changes() const { return changes_; }

private:
    Batch& add(Change change) {
        changes_.push_back(std::move(change));
        return *this;
    }

    std::vector<Condition> conditions_;
    std::vector<Change> changes_;
};

// Errors of every method beside its own: Unavailable (disk full, file locked, I/O error: nothing
// was changed, the message says what to do), Corrupt (the message names the file), InvalidInput
// (a name, kind, limit or page token out of bounds).
class ResourceStore : Pinned {
public:
    virtual ~ResourceStore() = default;

    // NotFound, with a plain message, when absent; owners put their own words on it.
    virtual Result<Record> get(const RecordKey& key) = 0;
    virtual Result<RecordPage> list(const ListQuery& query) = 0;
    virtual Result<std::size_t> count(const Tenant& tenant, const Kind& kind) = 0;
    // The tenants that have a record of this kind and name, sorted; for "it exists, but
    // elsewhere" in explanations.
    virtual Result<std::vector<Tenant>> tenants_with(const Kind& kind, const std::string& name) = 0;
    // Every record of a kind in every tenant, by (account, region, name); for building snapshots
    // at start and after changes. The visitor must not call the store.
    virtual Result<void> scan(const Kind& kind, std::function<void(Record)> visitor) = 0;

    virtual Result<LinkPage> links(const LinkQuery& query) = 0;
    // Every link of a relation in every tenant, sorted; as scan().
    virtual Result<void> scan_links(const Relation& relation,
                                    std::function<void(Link)> visitor) = 0;

    // Durable when it returns. Answers the batch's revision (the store's last one when the batch
    // holds no change), or the `otherwise` of the first condition that does not hold.
    virtual Result<Revision> apply(const Batch& batch) = 0;
};

// A token that continues the query's listing after `name`, for callers that leave records out.
std::string page_token_after(const ListQuery& query, std::string_view name);

}  // namespace gatehouse::storage
