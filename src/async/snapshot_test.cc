#include "async/snapshot.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>

namespace gatehouse::async {
namespace {

using Text = Snapshot<std::string>;

std::shared_ptr<const std::string> text(std::string value) {
    return std::make_shared<const std::string>(std::move(value));
}

TEST(Snapshot, AReaderSeesTheLatestValueAndItsGeneration) {
    Text snapshot(text("first"));
    Text::Reader reader(snapshot);
    EXPECT_EQ(reader.current(), "first");
    const auto before = snapshot.generation();
    snapshot.replace(text("second"));
    EXPECT_GT(snapshot.generation(), before);
    EXPECT_EQ(reader.current(), "second");
    EXPECT_EQ(reader.generation(), snapshot.generation());
    EXPECT_EQ(*snapshot.get(), "second");
}

TEST(Snapshot, AValueLivesAsLongAsSomebodyHoldsIt) {
    Text snapshot(text("first"));
    Text::Reader reader(snapshot);
    const auto held = reader.hold();
    snapshot.replace(text("second"));
    EXPECT_EQ(reader.current(), "second");
    EXPECT_EQ(*held, "first");
    EXPECT_EQ(held.use_count(), 1);
}

TEST(Snapshot, ThreadsSeeWholeValuesInOrder) {
    Snapshot<std::pair<int, int>> snapshot(std::make_shared<const std::pair<int, int>>(0, 0));
    constexpr int last = 2000;
    const auto read = [&] {
        Snapshot<std::pair<int, int>>::Reader reader(snapshot);
        for (int seen = 0; seen < last;) {
            const auto [a, b] = reader.current();
            EXPECT_EQ(a, b);
            EXPECT_GE(a, seen);
            seen = a;
        }
    };
    const std::jthread one(read);
    const std::jthread two(read);
    for (int i = 1; i <= last; ++i) {
        snapshot.replace(std::make_shared<const std::pair<int, int>>(i, i));
    }
}

}  // namespace
}  // namespace gatehouse::async
