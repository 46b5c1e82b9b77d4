#include "storage/async_resource_store.h"

#include <gtest/gtest.h>

#include <thread>

#include "async/run_to_end.h"
#include "storage/memory_resource_store.h"

namespace gatehouse::storage {
namespace {

class AsyncResourceStoreTest : public ::testing::Test {
protected:
    template <class T>
    T wait(async::Task<T> task) {
        return async::run_to_end(clock_, std::move(task));
    }
    static RecordKey key(std::string name) { return {Tenant{}, Kind("gate"), std::move(name)}; }

    SystemClock clock_;
    MemoryResourceStore backend_{clock_};
    async::WorkerPool workers_{{.name = "storage", .threads = 2}};
    AsyncResourceStore store_{backend_, workers_};
};

TEST_F(AsyncResourceStoreTest, AwaitsEveryKindOfCall) {
    const auto revision = wait(store_.apply(
        Batch().put(key("A"), "body").change(AddLink{{Tenant{}, Relation("to"), "A", "B"}})));
    EXPECT_TRUE(revision.has_value());
    EXPECT_EQ(wait(store_.get(key("A")))->body, "body");
    EXPECT_EQ(wait(store_.list({.tenant = {}, .kind = Kind("gate")}))->records.size(), 1U);
    EXPECT_EQ(wait(store_.links({.relation = Relation("to"), .name = "A"}))->names,
              std::vector<std::string>{"B"});
    EXPECT_EQ(wait(store_.get(key("B"))).error().kind, ErrorKind::NotFound);
}

TEST_F(AsyncResourceStoreTest, WorkRunsOnAWorkerAndTheTaskGoesOnOnItsLoop) {
    struct Where {
        std::thread::id loop_before, worker, loop_after;
    };
    constexpr auto look = [](AsyncResourceStore& store) -> async::Task<Where> {
        Where where;
        where.loop_before = std::this_thread::get_id();
        const auto worker = co_await store.run(
            [](ResourceStore&) -> Result<std::thread::id> { return std::this_thread::get_id(); });
        where.worker = *worker;
        where.loop_after = std::this_thread::get_id();
        co_return where;
    };
    const Where where = wait(look(store_));
    EXPECT_NE(where.worker, where.loop_before);
    EXPECT_EQ(where.loop_after, where.loop_before);
}

}  // namespace
}  // namespace gatehouse::storage
