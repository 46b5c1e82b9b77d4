#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <string>

#include "storage/message_store.h"
#include "storage/scratch_dir.h"

namespace gatehouse::storage {
namespace {

// However many are removed meanwhile; and after that they are cleared away.
TEST(RemovedRetained, AnOlderRowOfARemovedTopicMayComeForAWhile) {
    const ScratchDir directory;
    const auto file = directory.path() / "messages.db";
    const auto write = [](MessageStore& store, const MessageBatch& batch) {
        const MessageBatch* const batches[] = {&batch};
        return store.write(batches);
    };
    for (const auto late_rows_max : {std::chrono::minutes(1), std::chrono::minutes(0)}) {
        const bool may_come = late_rows_max != std::chrono::minutes(0);
        auto store = MessageStore::open({.file = file, .late_rows_max = late_rows_max});
        ASSERT_TRUE(store);
        std::uint64_t version = 1;
        const auto row = [&](std::string_view topic, std::string_view payload) {
            return RetainedRow{.account = "a",
                               .region = "r",
                               .topic = topic,
                               .payload = bytes_of(payload),
                               .version = ++version};
        };
        const RetainedRow late = row("t", "late");
        for (int batch = 0; batch < 3; ++batch) {
            MessageBatch removals;
            if (batch == 0) removals.put_retained(row("t", ""));
            for (int i = 0; i < 10'001; ++i) {
                removals.put_retained(row(std::to_string(batch) + "/" + std::to_string(i), ""));
            }
            ASSERT_TRUE(write(**store, removals));
        }
        MessageBatch last;
        last.put_retained(late);
        ASSERT_TRUE(write(**store, last));
        const auto database = Database::open({.file = file, .access = Database::Access::ReadOnly});
        const auto kept =
            (*database)->number("SELECT count(*) FROM retained WHERE length(payload) != 0");
        EXPECT_EQ(kept.value(), may_come ? 0 : 1) << "the late row, over a newer one";
        store->reset();
        std::filesystem::remove(file);
    }
}

}  // namespace
}  // namespace gatehouse::storage
