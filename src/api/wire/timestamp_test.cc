#include "api/wire/timestamp.h"

#include <gtest/gtest.h>

namespace gatehouse::api::wire {
namespace {

using std::chrono::milliseconds;

WallTime at(std::int64_t ms) {
    return WallTime(milliseconds(ms));
}

TEST(Timestamp, HasThreeForms) {
    const WallTime time = at(1515531081123);
    EXPECT_EQ(format_time(time, TimeForm::EpochSeconds), "1515531081.123");
    EXPECT_EQ(format_time(at(1515531081000), TimeForm::EpochSeconds), "1515531081");
    EXPECT_EQ(format_time(at(-1500), TimeForm::EpochSeconds), "-1.500");
    EXPECT_EQ(format_time(time, TimeForm::HttpDate), "Tue, 09 Jan 2018 20:51:21 GMT");
    EXPECT_EQ(format_time(time, TimeForm::Iso8601), "2018-01-09T20:51:21.123Z");
}

TEST(Timestamp, IsReadInTwo) {
    EXPECT_EQ(parse_time("1515531081.123"), at(1515531081123));
    EXPECT_EQ(parse_time("1515531081"), at(1515531081000));
    EXPECT_EQ(parse_time("2018-01-09T20:51:21Z"), at(1515531081000));
    EXPECT_EQ(parse_time("2018-01-09T20:51:21.1234Z"), at(1515531081123));
    EXPECT_EQ(parse_time("2018-01-09T20:51:21.1Z"), at(1515531081100));
}

TEST(Timestamp, RefusesWhatIsNoTime) {
    for (const auto* text :
         {"", "now", "2018-13-09T20:51:21Z", "2018-01-09T20:51:21", "2018-01-09T20:51:21.Z",
          "2018-01-09T20:51:21+01:00", "1e300", "nan", "2018-01-09T20:51:21.12aZ"}) {
        EXPECT_FALSE(parse_time(text)) << text;
    }
}

}  // namespace
}  // namespace gatehouse::api::wire
