#include "gateway/partial_input.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace gatehouse::gateway {
namespace {

using namespace std::chrono_literals;
using Progress = PartialInput::Progress;

constexpr std::size_t kib = 1024;
constexpr std::size_t uncounted = PartialInputs::uncounted;

class FakeInput final : public PartialInput {
public:
    explicit FakeInput(PartialInputs& all) : PartialInput(all) {}

    // As a connection does that has as much to read.
    void read(std::size_t most) {
        const std::size_t count = std::min(most, room());
        bytes.resize(bytes.size() + count);
        note(Progress::No);
    }
    void complete() {
        bytes.clear();
        note(Progress::Yes);
    }

    int woken = 0;
    bool held_up = false;
    std::unique_ptr<FakeInput>* cut_from = nullptr;

private:
    void on_room() override { ++woken; }
    bool is_held_up() const override { return held_up; }
    void on_too_slow() override { cut_from->reset(); }
};

class PartialInputTest : public ::testing::Test {
protected:
    std::unique_ptr<FakeInput>& make() {
        inputs.push_back(
            std::make_unique<std::unique_ptr<FakeInput>>(std::make_unique<FakeInput>(all)));
        (*inputs.back())->cut_from = inputs.back().get();
        return *inputs.back();
    }
    void advance(std::chrono::milliseconds by) {
        clock.advance(by);
        loop.run_once(0ms);
    }

    ManualClock clock;
    async::EventLoop loop{clock, {}};
    PartialInputs all{loop, {.bytes_max = 100 * kib, .wait = 10s}};
    std::vector<std::unique_ptr<std::unique_ptr<FakeInput>>> inputs;
};

TEST_F(PartialInputTest, BoundsAllButTheBeginnings) {
    EXPECT_EQ(all.room(), 100 * kib + uncounted);
    auto& first = make();
    auto& second = make();
    first->read(60 * kib + uncounted);
    EXPECT_EQ(all.now(), 60 * kib);
    EXPECT_EQ(all.room(), 40 * kib + uncounted) << "for who holds nothing yet";
    second->read(SIZE_MAX);
    EXPECT_EQ(second->bytes.size(), 40 * kib + uncounted);
    EXPECT_EQ(second->room(), 0U);
    EXPECT_EQ(all.waits().value(), 1U);
    EXPECT_EQ(all.room(), uncounted);
    second.reset();
    EXPECT_EQ(all.now(), 60 * kib);
    first.reset();
    EXPECT_EQ(all.now(), 0U);
    EXPECT_EQ(all.room(), 100 * kib + uncounted);
}

TEST_F(PartialInputTest, WhoseTurnItIsGoesOnOnceThereIsRoom) {
    auto& first = make();
    auto& second = make();
    auto& third = make();
    for (auto* const each : {&first, &second, &third}) (*each)->read(20 * kib + uncounted);
    first->read(40 * kib);
    for (auto* const each : {&second, &third}) EXPECT_EQ((*each)->room(), 0U);
    EXPECT_EQ(second->woken + third->woken, 0);
    first->complete();
    EXPECT_EQ(second->woken, 1) << "it came first, and is the oldest";
    EXPECT_EQ(third->woken, 0) << "one at a time";
    second->read(50 * kib);
    EXPECT_EQ(third->woken, 1) << "10 KiB are left";
    third->read(SIZE_MAX);
    EXPECT_EQ(third->bytes.size(), 30 * kib + uncounted);
}

TEST_F(PartialInputTest, PacketsLargerThanTheBoundPassOneAfterTheOther) {
    auto& first = make();
    auto& second = make();
    first->read(50 * kib + uncounted);
    second->read(50 * kib + uncounted);
    EXPECT_EQ(second->room(), 0U);
    first->read(1000 * kib);
    EXPECT_EQ(first->bytes.size(), 1050 * kib + uncounted) << "whose packet came first";
    EXPECT_EQ(second->woken, 0);
    first->complete();
    EXPECT_EQ(second->woken, 1);
    second->read(1000 * kib);
    EXPECT_EQ(second->bytes.size(), 1050 * kib + uncounted);
}

TEST_F(PartialInputTest, WhoTakesTooLongHasToGoWhileOthersWait) {
    auto& slow = make();
    auto& young = make();
    slow->read(60 * kib + uncounted);
    advance(60s);
    ASSERT_NE(slow, nullptr) << "nobody waits";
    young->read(40 * kib + uncounted);
    EXPECT_EQ(young->room(), 0U);
    advance(9s);
    ASSERT_NE(slow, nullptr);
    slow->held_up = true;
    advance(2s);
    ASSERT_NE(slow, nullptr) << "it is not its fault";
    slow->held_up = false;
    advance(1s);
    ASSERT_EQ(slow, nullptr);
    EXPECT_EQ(all.cuts().value(), 1U);
    ASSERT_NE(young, nullptr);
    EXPECT_EQ(young->woken, 1);
    young->read(50 * kib);
    advance(60s);
    ASSERT_NE(young, nullptr);
}

// All of them wait for one another, and nothing more comes of the first.
TEST_F(PartialInputTest, NoLockLasts) {
    auto& silent = make();
    auto& other = make();
    silent->read(50 * kib + uncounted);
    advance(11s);
    other->read(50 * kib + uncounted);
    EXPECT_EQ(other->room(), 0U);
    advance(11s);
    EXPECT_EQ(silent, nullptr);
    EXPECT_GT(other->room(), 0U);
}

}  // namespace
}  // namespace gatehouse::gateway
