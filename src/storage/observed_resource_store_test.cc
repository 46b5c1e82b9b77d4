#include "storage/observed_resource_store.h"

#include <gtest/gtest.h>

#include "storage/memory_resource_store.h"

namespace gatehouse::storage {
namespace {

TEST(ObservedResourceStore, TellsOfWhatWasAppliedAlone) {
    ManualClock clock;
    MemoryResourceStore memory(clock);
    const RecordKey key{{}, Kind("lamp"), "one"};
    int told = 0;
    ObservedResourceStore store(memory, [&](const Batch& batch) {
        ++told;
        EXPECT_EQ(batch.changes().size(), 1U);
        EXPECT_TRUE(memory.get(key));  // it happened before
    });
    const auto put = Batch().put(key, "{}");
    ASSERT_TRUE(store.apply(put));
    EXPECT_EQ(told, 1);
    const Error taken{ErrorKind::Conflict, "taken", {}};
    EXPECT_FALSE(store.apply(Batch().require(IsAbsent{key}, taken).put(key, "{}")));
    ASSERT_TRUE(store.apply(Batch()));
    EXPECT_EQ(told, 1);
    EXPECT_EQ(store.get(key).value().body, "{}");
}

}  // namespace
}  // namespace gatehouse::storage
