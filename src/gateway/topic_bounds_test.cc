#include "gateway/topic_bounds.h"

#include <gtest/gtest.h>

namespace gatehouse::gateway {
namespace {

const Profile aws = profile_named(ProfileName::Aws);
const Profile open_profile = profile_named(ProfileName::Open);

TEST(PublishTopicProblem, CountsLevelsAndBytes) {
    EXPECT_FALSE(publish_topic_problem("1/2/3/4/5/6/7/8", aws));
    EXPECT_NE(publish_topic_problem("1/2/3/4/5/6/7/8/9", aws)->find("7 slashes"),
              std::string::npos);
    EXPECT_FALSE(publish_topic_problem(std::string(256, 't'), aws));
    EXPECT_TRUE(publish_topic_problem(std::string(257, 't'), aws));
    EXPECT_FALSE(publish_topic_problem("1/2/3/4/5/6/7/8/9", open_profile));
    EXPECT_FALSE(publish_topic_problem("$aws/rules/r/1/2/3/4/5/6/7/8", aws)) << "Basic Ingest";
}

TEST(PublishTopicProblem, ReservedTopicsTakeOnlyWhatIsMeantForClients) {
    EXPECT_FALSE(publish_topic_problem("$aws/things/t/shadow/update", aws));
    EXPECT_TRUE(publish_topic_problem("$aws/events/presence/connected/c", aws));
    EXPECT_TRUE(publish_topic_problem("$SYS/broker", aws));
    EXPECT_TRUE(publish_topic_problem("$SYS/broker", open_profile));
    EXPECT_TRUE(publish_topic_problem("$aws/events/presence/connected/c", open_profile));
    EXPECT_TRUE(publish_topic_problem("$own/x", aws));
    EXPECT_FALSE(publish_topic_problem("$own/x", open_profile));
}

TEST(FilterProblem, DollarTopicsAreThoseOfAws) {
    EXPECT_FALSE(filter_problem("$aws/events/#", aws));
    EXPECT_FALSE(filter_problem("$share/group/a/b", aws));
    EXPECT_TRUE(filter_problem("$share/group", aws));
    EXPECT_TRUE(filter_problem("$share//a", open_profile));
    EXPECT_TRUE(filter_problem("$share/+/a", open_profile));
    EXPECT_TRUE(filter_problem("$share/group/", aws));
    EXPECT_TRUE(filter_problem("$SYS/#", aws));
    EXPECT_FALSE(filter_problem("$SYS/#", open_profile));
    EXPECT_TRUE(filter_problem("1/2/3/4/5/6/7/8/#", aws));
}

}  // namespace
}  // namespace gatehouse::gateway
