#include "base/profile.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace gatehouse {
namespace {

// The table of situations, one row each, as it is promised to users.
struct Row {
    std::string situation;
    std::function<std::string(const Profile&)> read;
    std::string aws, aws_strict, open;
};

template <class Member>
auto behaviour(Member member) {
    return [member](const Profile& profile) {
        return std::string(name_of_choice(profile.behaviour.*member));
    };
}

auto limit(std::uint32_t Limits::* member) {
    return [member](const Profile& profile) { return std::to_string(profile.limits.*member); };
}

const std::vector<Row>& table() {
    static const std::vector<Row> rows{
        {"CONNECT refused, 3.1.1", behaviour(&Behaviour::connect_refused_311),  //
         "connack", "close", "connack"},
        {"CONNECT refused, 5", behaviour(&Behaviour::connect_refused_5),  //
         "connack", "connack", "connack"},
        {"reason string and trace id", behaviour(&Behaviour::explanation),  //
         "given", "withheld", "given"},
        {"publish denied, 3.1.1", behaviour(&Behaviour::publish_denied_311),  //
         "close", "close", "drop-and-acknowledge"},
        {"publish denied, 5, QoS 0", behaviour(&Behaviour::publish_denied_5_qos0),  //
         "drop", "disconnect", "drop"},
        {"publish denied, 5, QoS 1", behaviour(&Behaviour::publish_denied_5_qos1),  //
         "puback", "puback", "puback"},
        {"subscribe denied, 3.1.1", behaviour(&Behaviour::subscribe_denied_311),  //
         "suback", "close", "suback"},
        {"filter on unserved topics, 5", behaviour(&Behaviour::reserved_filter_5),  //
         "suback", "disconnect", "suback"},
        {"QoS 2", behaviour(&Behaviour::qos_2),  //
         "refused", "refused", "allowed"},
        {"subscription identifiers", behaviour(&Behaviour::subscription_identifiers),  //
         "refused", "refused", "allowed"},
        {"levels of a topic", limit(&Limits::topic_levels_max), "8", "8", "65535"},
        {"MQTT 3.1", behaviour(&Behaviour::mqtt_31), "refused", "close", "allowed"},
        {"function unavailable at refresh", behaviour(&Behaviour::refresh_failure),  //
         "keep-policy", "close", "keep-policy"},
        {"authorizer without permission", behaviour(&Behaviour::missing_permission),  //
         "invoke-and-explain", "refuse", "invoke"},
        {"anonymous", behaviour(&Behaviour::anonymous_clients),  //
         "where-allowed", "never", "where-allowed"},
        {"rates", behaviour(&Behaviour::rates), "counted", "throttled", "counted"},
        {"port, ALPN and SNI rules", behaviour(&Behaviour::door_rules),  //
         "every", "as-aws", "every"},
        {"shortest refreshAfterInSeconds", limit(&Limits::authorizer_interval_seconds_min),  //
         "300", "300", "1"},
        {"runtime not installed", behaviour(&Behaviour::runtime_fallback),  //
         "warn-and-use-installed", "refuse", "warn-and-use-installed"},
    };
    return rows;
}

TEST(Profile, BehavesAsTheTableOfSituationsSays) {
    for (const Row& row : table()) {
        SCOPED_TRACE(row.situation);
        EXPECT_EQ(row.read(profile_named(ProfileName::Aws)), row.aws);
        EXPECT_EQ(row.read(profile_named(ProfileName::AwsStrict)), row.aws_strict);
        EXPECT_EQ(row.read(profile_named(ProfileName::Open)), row.open);
    }
}

TEST(Profile, AwsAndAwsStrictShareEveryLimit) {
    EXPECT_EQ(profile_named(ProfileName::Aws).limits, profile_named(ProfileName::AwsStrict).limits);
}

TEST(Profile, RemembersItsName) {
    for (const auto name : {ProfileName::Aws, ProfileName::AwsStrict, ProfileName::Open}) {
        EXPECT_EQ(profile_named(name).name, name);
    }
}

TEST(Choice, NamesReadBack) {
    EXPECT_EQ(parse_choice<ProfileName>("aws-strict"), ProfileName::AwsStrict);
    EXPECT_EQ(name_of_choice(ProfileName::Open), "open");
    EXPECT_EQ(parse_choice<ProfileName>("AWS"), std::nullopt);
    EXPECT_EQ(parse_choice<ProfileName>(""), std::nullopt);
}

}  // namespace
}  // namespace gatehouse
