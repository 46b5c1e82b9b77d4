// Conditions and changes of batches as SQL, one or several in one transaction.
#pragma once

#include <span>
#include <vector>

#include "storage/resource_store.h"
#include "storage/statement.h"

namespace gatehouse::storage {

// Requires: a ReadWrite database with the resource schema; a batch within bounds.
Result<Revision> apply_batch(Database& database, const Batch& batch, WallTime now);
// The same of several, one after the other, with one commit for all. Each has an outcome of its
// own; if the disk does not take all of them together, each is tried by itself.
std::vector<Result<Revision>> apply_batches(Database& database,
                                            std::span<const Batch* const> batches, WallTime now);

Result<Revision> last_revision(Database& database);

Result<std::size_t> count_records(Database& database, const Tenant& tenant, const Kind& kind);

// Lists the other ends of links, one column. Parameters: account, region, relation, name, the end
// to go on after (before_every_name or after_every_name to start), limit.
std::string_view link_listing(Direction direction, Order order);

}  // namespace gatehouse::storage
