#include "signature/amz_time.h"

#include <gtest/gtest.h>

namespace gatehouse::signature {
namespace {

TEST(AmzTime, ReadsWhatTheClockWrites) {
    const auto time = parse_amz_date("20170810T153723Z");
    ASSERT_TRUE(time);
    EXPECT_EQ(format_amz_date(*time), "20170810T153723Z");
    EXPECT_EQ(format_iso8601(*time), "2017-08-10T15:37:23.000Z");
}

TEST(AmzTime, RefusesWhatIsNoCalendarTime) {
    for (const auto* text : {"20170230T000000Z", "20171301T000000Z", "20170810T250000Z",
                             "20170810T156000Z", "20170810 153723Z", "20170810T153723",
                             "2017-08-10T15:37", "19690810T153723Z", "", "2017081OT153723Z"}) {
        EXPECT_FALSE(parse_amz_date(text)) << text;
    }
}

TEST(HttpDate, ReadsTheFixedForm) {
    EXPECT_EQ(parse_http_date("Thu, 10 Aug 2017 15:37:23 GMT"), parse_amz_date("20170810T153723Z"));
    EXPECT_EQ(parse_http_date("Thu, 10 Aug 2017 15:37:23 -0000"),
              parse_amz_date("20170810T153723Z"));
}

TEST(HttpDate, RefusesOtherForms) {
    for (const auto* text : {"Thursday, 10-Aug-17 15:37:23 GMT", "Thu, 10 Agu 2017 15:37:23 GMT",
                             "Thu, 10 Aug 2017 15:37:23 CET", "Thu, 10 Aug 2017 15:37:23", ""}) {
        EXPECT_FALSE(parse_http_date(text)) << text;
    }
}

}  // namespace
}  // namespace gatehouse::signature
