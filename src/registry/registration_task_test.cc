#include "registry/registration_task.h"

#include <gtest/gtest.h>

#include "base/encoding.h"

namespace gatehouse::registry {
namespace {

TEST(TaskMessage, IsCutBetweenCharacters) {
    const std::string fits(task_message_bytes_max, 'x');
    EXPECT_EQ(as_task_message(fits), fits);
    for (std::size_t before = 0; before < 4; ++before) {
        std::string text(before, 'x');
        while (text.size() <= task_message_bytes_max) text += "\U0001F4A1";
        const std::string cut = as_task_message(text);
        EXPECT_LE(cut.size(), task_message_bytes_max);
        EXPECT_GT(cut.size(), task_message_bytes_max - 8);
        EXPECT_TRUE(is_utf8(cut));
        EXPECT_TRUE(cut.ends_with("…"));
    }
}

TEST(ReportExtentTest, ALineOverAPageHasOneOfItsOwn) {
    ReportExtent extent;
    extent.add(10);
    extent.add(report_bytes_max + 1);
    extent.add(10);
    EXPECT_EQ(extent, (ReportExtent{.lines = 3, .pages = 3, .last_lines = 1, .last_bytes = 10}));
}

TEST(RegistrationProgressTest, HowFarItIs) {
    RegistrationProgress progress{.file_bytes = 300, .done_bytes = 200};
    EXPECT_EQ(progress.percent(), 66u);
    progress.status = RegistrationStatus::Completed;
    EXPECT_EQ(progress.percent(), 100u);
}

}  // namespace
}  // namespace gatehouse::registry
