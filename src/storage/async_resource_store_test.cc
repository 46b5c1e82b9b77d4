#include "storage/async_resource_store.h"

#include <gtest/gtest.h>

#include <thread>

#include "async/task_group.h"
#include "storage/memory_resource_store.h"

namespace gatehouse::storage {
namespace {

class AsyncResourceStoreTest : public ::testing::Test {
protected:
    // Runs the task on a loop to its end.
    template <class Body>
    void on_loop(Body body) {
        async::EventLoop loop(clock_, {});
        async::TaskGroup group(loop, "test");
        // The callable lives as long as the loop runs, so the coroutine may use its captures.
        loop.post([&] { group.start(finish(loop, body)); });
        loop.run();
    }

    template <class Body>
    static async::Task<void> finish(async::EventLoop& loop, Body& body) {
        co_await body();
        loop.stop();
    }

    static RecordKey key(std::string name) { return {Tenant{}, Kind("gate"), std::move(name)}; }

    SystemClock clock_;
    MemoryResourceStore backend_{clock_};
    async::WorkerPool workers_{{.name = "storage", .threads = 2}};
    AsyncResourceStore store_{backend_, workers_};
};

TEST_F(AsyncResourceStoreTest, AwaitsEveryKindOfCall) {
    bool finished = false;
    on_loop([&]() -> async::Task<void> {
        const auto revision = co_await store_.apply(
            Batch().put(key("A"), "body").change(AddLink{{Tenant{}, Relation("to"), "A", "B"}}));
        EXPECT_TRUE(revision.has_value());
        const auto record = co_await store_.get(key("A"));
        EXPECT_EQ(record->body, "body");
        const auto page = co_await store_.list({.tenant = {}, .kind = Kind("gate")});
        EXPECT_EQ(page->records.size(), 1U);
        const auto links = co_await store_.links({.relation = Relation("to"), .name = "A"});
        EXPECT_EQ(links->names, std::vector<std::string>{"B"});
        const auto missing = co_await store_.get(key("B"));
        EXPECT_EQ(missing.error().kind, ErrorKind::NotFound);
        finished = true;
    });
    EXPECT_TRUE(finished);
}

TEST_F(AsyncResourceStoreTest, WorkRunsOnAWorkerAndTheTaskGoesOnOnItsLoop) {
    on_loop([&]() -> async::Task<void> {
        const auto here = std::this_thread::get_id();
        const auto there = co_await store_.run(
            [](ResourceStore&) -> Result<std::thread::id> { return std::this_thread::get_id(); });
        EXPECT_NE(*there, here);
        EXPECT_EQ(std::this_thread::get_id(), here);
    });
}

}  // namespace
}  // namespace gatehouse::storage
