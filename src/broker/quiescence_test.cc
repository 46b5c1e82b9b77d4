#include "broker/quiescence.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace gatehouse::broker {
namespace {

int freed = 0;
void count_free(void* object) {
    ++freed;
    delete static_cast<int*>(object);
}

TEST(Quiescence, NothingIsFreedWhileAReaderLooks) {
    freed = 0;
    Quiescence quiescence;
    Quiescence::Reader early(quiescence);
    Quiescence::Reader late(quiescence);
    {
        const Quiescence::ReadSection looking(early);
        quiescence.retire(new int, count_free);
        EXPECT_EQ(quiescence.reclaim(), 1U);
        EXPECT_EQ(freed, 0);
    }
    {
        // It began after the retirement, so it does not hold it up.
        const Quiescence::ReadSection looking(late);
        EXPECT_EQ(quiescence.reclaim(), 0U);
        EXPECT_EQ(freed, 1);
    }
}

TEST(Quiescence, TheRestIsFreedInTheEnd) {
    freed = 0;
    {
        Quiescence quiescence;
        for (int i = 0; i < 5; ++i) quiescence.retire(new int, count_free);
    }
    EXPECT_EQ(freed, 5);
}

TEST(Quiescence, ReadersNeverSeeWhatWasFreed) {
    struct Box {
        std::atomic<int> alive{1};
    };
    Quiescence quiescence;
    std::atomic<Box*> current{new Box};
    std::atomic<bool> stop{false};
    std::atomic<int> dead_seen{0};
    std::thread reading([&] {
        Quiescence::Reader reader(quiescence);
        while (!stop) {
            const Quiescence::ReadSection section(reader);
            if (current.load(std::memory_order_acquire)->alive.load() != 1) ++dead_seen;
        }
    });
    for (int i = 0; i < 20'000; ++i) {
        Box* old = current.exchange(new Box);
        quiescence.retire(old, [](void* box) {
            static_cast<Box*>(box)->alive = 0;
            delete static_cast<Box*>(box);
        });
    }
    stop = true;
    reading.join();
    EXPECT_EQ(dead_seen, 0);
    delete current.load();
}

}  // namespace
}  // namespace gatehouse::broker
