#include "gateway/topic_bounds.h"

#include <gtest/gtest.h>

namespace gatehouse::gateway {
namespace {

using broker::Retain;

const Profile aws = profile_named(ProfileName::Aws);
const Profile open_profile = profile_named(ProfileName::Open);

std::optional<std::string> problem(std::string_view topic, const Profile& profile,
                                   Retain retain = Retain::No) {
    return publish_topic_problem(topic, retain, profile);
}

TEST(PublishTopicProblem, CountsLevelsAndBytes) {
    EXPECT_FALSE(problem("1/2/3/4/5/6/7/8", aws));
    EXPECT_NE(problem("1/2/3/4/5/6/7/8/9", aws)->find("7 slashes"), std::string::npos);
    EXPECT_FALSE(problem(std::string(256, 't'), aws));
    EXPECT_TRUE(problem(std::string(257, 't'), aws));
    EXPECT_FALSE(problem("1/2/3/4/5/6/7/8/9", open_profile));
    EXPECT_FALSE(problem("$aws/rules/r/1/2/3/4/5/6/7/8", aws)) << "Basic Ingest";
}

TEST(PublishTopicProblem, ReservedTopicsTakeOnlyWhatIsMeantForClients) {
    EXPECT_TRUE(problem("$SYS/broker", aws));
    EXPECT_TRUE(problem("$SYS/broker", open_profile));
    EXPECT_TRUE(problem("$own/x", aws));
    EXPECT_FALSE(problem("$own/x", open_profile));
    EXPECT_FALSE(problem("$own/x", open_profile, Retain::Yes));
}

TEST(PublishTopicProblem, ServicesAreAskedAndNobodySpeaksForThem) {
    for (const Profile& profile : {aws, open_profile, profile_named(ProfileName::AwsStrict)}) {
        for (const char* request : {"$aws/rules/r",
                                    "$aws/rules/r/x",
                                    "$aws/rules/r/x/accepted",
                                    "$aws/things/t/shadow/get",
                                    "$aws/things/t/shadow/update",
                                    "$aws/things/t/shadow/delete",
                                    "$aws/things/t/shadow/name/n/get",
                                    "$aws/things/t/shadow/name/accepted/update",
                                    "$aws/things/t/shadow/name/n/delete",
                                    "$aws/things/t/jobs/get",
                                    "$aws/things/t/jobs/start-next",
                                    "$aws/things/t/jobs/$next/get",
                                    "$aws/things/t/jobs/j/update",
                                    "$aws/things/t/jobs/notify/get",
                                    "$aws/things/t/jobs/no-such-request",
                                    "$aws/things/t/defender/metrics/json",
                                    "$aws/things/t/streams/s/get/cbor",
                                    "$aws/things/t/streams/s/describe",
                                    "$aws/certificates/create/json",
                                    "$aws/certificates/create-from-csr/cbor",
                                    "$aws/provisioning-templates/p/provision/json"}) {
            EXPECT_FALSE(problem(request, profile)) << request;
            EXPECT_TRUE(problem(request, profile, Retain::Yes)) << request;
        }
        for (const char* other : {"$aws/",
                                  "$aws/rules",
                                  "$aws/x",
                                  "$aws/events/presence/connected/c",
                                  "$aws/things/nonsense",
                                  "$aws/things/t/shadow",
                                  "$aws/things/t/shadow/update/x",
                                  "$aws/things/t/shadow/update/accepted",
                                  "$aws/things/t/shadow/get/rejected",
                                  "$aws/things/t/shadow/update/delta",
                                  "$aws/things/t/shadow/update/documents",
                                  "$aws/things/t/shadow/name/n/update/delta",
                                  "$aws/things/t/jobs",
                                  "$aws/things/t/jobs/notify",
                                  "$aws/things/t/jobs/notify-next",
                                  "$aws/things/t/jobs/j/get/accepted",
                                  "$aws/things/t/jobs/start-next/rejected",
                                  "$aws/things/t/defender/metrics/json/accepted",
                                  "$aws/things/t/tunnels/notify",
                                  "$aws/things/t/streams/s/data/json",
                                  "$aws/things/t/streams/s/description/json",
                                  "$aws/certificates/create/json/accepted",
                                  "$aws/certificates/create",
                                  "$aws/provisioning-templates/p/provision/json/rejected"}) {
            EXPECT_TRUE(problem(other, profile)) << other;
        }
    }
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
    EXPECT_TRUE(filter_problem("$share/group/$SYS/#", aws));
    EXPECT_FALSE(filter_problem("$share/group/$SYS/#", open_profile));
}

TEST(FilterProblem, TellsWhatIsNotServedFromWhatIsTooLong) {
    for (const char* unserved : {"$SYS/#", "$share/g/$SYS/x", "$aws/rules/r", "$own/x"}) {
        EXPECT_TRUE(is_unserved(unserved, aws)) << unserved;
    }
    for (const char* other : {"a/$SYS", "1/2/3/4/5/6/7/8/9", "$aws/events/#", "$share/g/a"}) {
        EXPECT_FALSE(is_unserved(other, aws)) << other;
    }
    EXPECT_FALSE(is_unserved("$SYS/#", open_profile));
}

TEST(FilterProblem, ReservedTopicsThatSomebodyMayHear) {
    for (const Profile& profile : {aws, open_profile}) {
        for (const char* heard :
             {"$aws/#", "$aws/+/presence/#", "$aws/events/#", "$aws/things/+/shadow/#",
              "$aws/certificates/create/json/accepted", "$share/g/$aws/things/#",
              "$aws/provisioning-templates/p/provision/json/rejected"}) {
            EXPECT_FALSE(filter_problem(heard, profile)) << heard;
        }
        for (const char* unheard : {"$aws/rules/#", "$aws/rules/r/x", "$share/g/$aws/rules/r",
                                    "$aws/rules", "$aws/", "$aws/nonsense/#"}) {
            EXPECT_TRUE(filter_problem(unheard, profile)) << unheard;
        }
    }
}

}  // namespace
}  // namespace gatehouse::gateway
