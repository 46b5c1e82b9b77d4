#include "logs/intake.h"

#include <gtest/gtest.h>

#include <string>

namespace gatehouse::logs {
namespace {

constexpr std::size_t no_budget = 1024 * 1024 * 1024;

StreamRef stream(std::string group, std::string name = "s") {
    return std::make_shared<const StreamAddress>(StreamAddress{
        {AccountId("000000000000"), Region("us-east-1")}, std::move(group), std::move(name)});
}

class IntakeTest : public testing::Test {
protected:
    // How many records of 100 bytes are taken, of those offered.
    int add(const StreamRef& to, int offered, Importance importance = Importance::Droppable) {
        int added = 0;
        for (int i = 0; i < offered; ++i) {
            const auto outcome =
                intake_.add(to, 0, importance, [](std::string& text) { text.append(100, 'x'); });
            if (outcome != Intake::Added::Dropped) ++added;
        }
        return added;
    }
    void write_waiting() { intake_.give_back(intake_.take()); }

    const StreamRef flooding_ = stream("/aws/lambda/flooding");
    const StreamRef other_ = stream("AWSIotLogsV2");
    Intake intake_{{.droppable_bytes = 100'000, .bytes_max = 1'000'000}, no_budget};
};

TEST_F(IntakeTest, LeavesOthersRoomWhenOneGroupFloods) {
    const int flood = add(flooding_, 5000);
    EXPECT_GT(flood, 500);
    EXPECT_LT(flood, 1000);
    EXPECT_EQ(add(stream("/aws/lambda/flooding", "of another instance"), 100), 0);
    EXPECT_EQ(add(other_, 100), 100);
    EXPECT_EQ(intake_.dropped(), 5000u - static_cast<unsigned>(flood) + 100u);
}

TEST_F(IntakeTest, LeavesOthersRoomWhenSeveralFlood) {
    for (const char* group : {"a", "b", "c", "d", "e"}) EXPECT_GT(add(stream(group), 5000), 0);
    EXPECT_GT(add(other_, 20), 0);
}

TEST_F(IntakeTest, TakesMoreWhenWhatWaitedIsTaken) {
    const int first = add(flooding_, 5000);
    EXPECT_EQ(add(flooding_, 1), 0);
    write_waiting();
    EXPECT_EQ(intake_.waiting_bytes(), 0u);
    EXPECT_EQ(add(flooding_, 5000), first);
}

TEST_F(IntakeTest, SharesTheBudgetOfASecond) {
    intake_.set_write_budget(50'000);
    EXPECT_GT(add(flooding_, 5000), 400);
    write_waiting();
    EXPECT_EQ(add(flooding_, 1), 0) << "its share of this second is used up";
    EXPECT_EQ(add(flooding_, 1, Importance::Kept), 1);
    intake_.begin_second();
    EXPECT_EQ(add(flooding_, 1), 1);
}

TEST_F(IntakeTest, GivesOthersTheirPartOfASecond) {
    intake_.set_write_budget(50'000);
    for (int burst = 0; burst < 10; ++burst) {
        add(flooding_, 20);
        write_waiting();
    }
    for (int burst = 0; burst < 100; ++burst) {
        add(flooding_, 20);
        write_waiting();
    }
    EXPECT_EQ(add(flooding_, 1), 0);
    EXPECT_EQ(add(other_, 50), 50);
}

TEST_F(IntakeTest, GivesOthersTheirPartWhileNothingIsWritten) {
    intake_.set_write_budget(50'000);
    EXPECT_LT(add(flooding_, 5000), 450);
    EXPECT_EQ(add(other_, 50), 50);
    write_waiting();
    EXPECT_EQ(add(other_, 20), 20);
}

TEST_F(IntakeTest, KeepsWhatIsNeverDroppedUntilNothingFits) {
    add(flooding_, 5000);
    const int kept = add(other_, 20'000, Importance::Kept);
    EXPECT_GT(kept, 7000);
    EXPECT_LT(kept, 10'000);
    EXPECT_EQ(intake_.lost(), 20'000u - static_cast<unsigned>(kept));
}

}  // namespace
}  // namespace gatehouse::logs
