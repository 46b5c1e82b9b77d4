#include "storage/resource_store_contract.h"

#include <memory>

#include "storage/memory_resource_store.h"
#include "storage/scratch_dir.h"
#include "storage/sqlite_resource_store.h"

namespace gatehouse::storage {
namespace {

class MemoryBackend {
public:
    ResourceStore& store() { return store_; }
    ManualClock& clock() { return clock_; }

private:
    ManualClock clock_;
    MemoryResourceStore store_{clock_};
};

class SqliteBackend {
public:
    ResourceStore& store() { return *store_; }
    ManualClock& clock() { return clock_; }

private:
    ManualClock clock_;
    ScratchDir dir_;
    std::unique_ptr<SqliteResourceStore> store_ =
        std::move(SqliteResourceStore::open(clock_, {.file = dir_.file("gatehouse.db")}).value());
};

INSTANTIATE_TYPED_TEST_SUITE_P(Memory, ResourceStoreContract, MemoryBackend);
INSTANTIATE_TYPED_TEST_SUITE_P(Sqlite, ResourceStoreContract, SqliteBackend);

}  // namespace
}  // namespace gatehouse::storage
