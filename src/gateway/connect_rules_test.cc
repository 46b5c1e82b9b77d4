#include "gateway/connect_rules.h"

#include <gtest/gtest.h>

namespace gatehouse::gateway {
namespace {

using mqtt::ReasonCode;

mqtt::Connect connect_of(std::string_view client_id) {
    return {.keep_alive = 60, .client_id = client_id};
}

TEST(CheckConnect, BoundsTheClientId) {
    const Profile aws = profile_named(ProfileName::Aws);
    const std::string longest(128, 'c');
    const std::string longer(129, 'c');
    EXPECT_FALSE(check_connect(connect_of(longest), aws));
    EXPECT_EQ(check_connect(connect_of(longer), aws)->reason, ReasonCode::ClientIdentifierNotValid);
    EXPECT_EQ(check_connect(connect_of("$mine"), aws)->reason,
              ReasonCode::ClientIdentifierNotValid);
}

TEST(CheckConnect, RefusesWhatTheProfileDoesNotHave) {
    const Profile aws = profile_named(ProfileName::Aws);
    const Profile open = profile_named(ProfileName::Open);
    mqtt::Connect old = connect_of("c");
    old.version = mqtt::ProtocolVersion::V3_1;
    EXPECT_EQ(check_connect(old, aws)->reason, ReasonCode::UnsupportedProtocolVersion);
    EXPECT_FALSE(check_connect(old, open));
    std::string longest;
    for (int i = 0; i < 23; ++i) longest += "\xC3\xA4";
    const std::string longer = longest + "c";
    for (const std::string_view wrong : {std::string_view(longer), std::string_view()}) {
        old.client_id = wrong;
        EXPECT_EQ(check_connect(old, open)->reason, ReasonCode::ClientIdentifierNotValid) << wrong;
        EXPECT_FALSE(check_connect(connect_of(wrong), open)) << "3.1.1 has no such bound";
    }
    old.client_id = longest;
    EXPECT_FALSE(check_connect(old, open));

    mqtt::Connect enhanced = connect_of("c");
    enhanced.version = mqtt::ProtocolVersion::V5;
    enhanced.properties.authentication_method = "SCRAM";
    EXPECT_EQ(check_connect(enhanced, open)->reason, ReasonCode::BadAuthenticationMethod);
}

TEST(CheckConnect, AnEmptyClientIdOf311CanBeRefused) {
    Profile profile = profile_named(ProfileName::Aws);
    mqtt::Connect nameless = connect_of("");
    EXPECT_FALSE(check_connect(nameless, profile));
    profile.behaviour.empty_client_id_311 = Support::Refused;
    EXPECT_EQ(check_connect(nameless, profile)->reason, ReasonCode::ClientIdentifierNotValid);
    nameless.version = mqtt::ProtocolVersion::V5;
    EXPECT_FALSE(check_connect(nameless, profile));
}

TEST(CheckAnswer, RefusesWhoTakesNoPacketAsLargeAsTheConnack) {
    for (const ProfileName name : {ProfileName::Aws, ProfileName::Open}) {
        const Profile profile = profile_named(name);
        mqtt::Connect connect = connect_of("c");
        connect.version = mqtt::ProtocolVersion::V5;
        for (const std::string_view assigned : {"", "auto-0123"}) {
            Bytes connack;
            mqtt::encode(
                connack_for(terms_for(connect, profile.limits), connect.version, assigned, profile),
                connect.version, connack);
            const auto size = static_cast<std::uint32_t>(connack.size());
            connect.properties.maximum_packet_size = size;
            EXPECT_FALSE(check_answer(connect, assigned, profile));
            connect.properties.maximum_packet_size = size - 1;
            EXPECT_EQ(check_answer(connect, assigned, profile)->reason, ReasonCode::PacketTooLarge);
        }
    }
}

TEST(CheckConnect, BoundsUserNameAndPassword) {
    const Profile aws = profile_named(ProfileName::Aws);
    const std::string user(8 * 1024 + 1, 'u');
    mqtt::Connect connect = connect_of("c");
    connect.user_name = std::string_view(user).substr(1);
    connect.password = bytes_of(std::string_view(user).substr(1));
    EXPECT_FALSE(check_connect(connect, aws));
    connect.user_name = user;
    EXPECT_EQ(check_connect(connect, aws)->reason, ReasonCode::BadUserNameOrPassword);
    connect.user_name = "u";
    connect.password = bytes_of(user);
    EXPECT_EQ(check_connect(connect, aws)->reason, ReasonCode::BadUserNameOrPassword);
}

TEST(CheckConnect, LooksAtTheWill) {
    const Profile aws = profile_named(ProfileName::Aws);
    mqtt::Connect connect = connect_of("c");
    connect.will = mqtt::Will{.topic = "will/c"};
    EXPECT_FALSE(check_connect(connect, aws));
    connect.will->qos = mqtt::Qos::ExactlyOnce;
    EXPECT_EQ(check_connect(connect, aws)->reason, ReasonCode::QosNotSupported);
    connect.will = mqtt::Will{.topic = "1/2/3/4/5/6/7/8/9"};
    EXPECT_EQ(check_connect(connect, aws)->reason, ReasonCode::TopicNameInvalid);
    connect.will = mqtt::Will{.topic = "$aws/rules/r"};
    EXPECT_FALSE(check_connect(connect, aws));
    connect.will->retain = true;
    EXPECT_EQ(check_connect(connect, aws)->reason, ReasonCode::TopicNameInvalid);
    connect.will = mqtt::Will{.topic = "$SYS/x"};
    EXPECT_EQ(check_connect(connect, aws)->reason, ReasonCode::TopicNameInvalid);
}

TEST(TermsFor, ClampsTheKeepAliveAsAwsDoes) {
    const Limits limits = profile_named(ProfileName::Aws).limits;
    const std::pair<std::uint16_t, std::uint16_t> cases[] = {
        {0, 1200}, {1, 30}, {29, 30}, {30, 30}, {60, 60}, {1200, 1200}, {65'535, 1200}};
    for (const auto& [asked, granted] : cases) {
        mqtt::Connect connect = connect_of("c");
        connect.keep_alive = asked;
        const ConnectTerms terms = terms_for(connect, limits);
        EXPECT_EQ(terms.keep_alive_seconds, granted) << asked;
        EXPECT_EQ(terms.keep_alive_changed, asked != granted) << asked;
    }
}

TEST(TermsFor, SessionExpiryFollowsTheVersion) {
    const Limits limits = profile_named(ProfileName::Aws).limits;
    mqtt::Connect old = connect_of("c");
    EXPECT_EQ(terms_for(old, limits).session_expiry_seconds, 0u);
    old.clean_start = false;
    EXPECT_EQ(terms_for(old, limits).session_expiry_seconds, 3600u);

    mqtt::Connect five = connect_of("c");
    five.version = mqtt::ProtocolVersion::V5;
    five.properties.session_expiry_interval = 100;
    EXPECT_EQ(terms_for(five, limits).session_expiry_seconds, 100u);
    EXPECT_FALSE(terms_for(five, limits).session_expiry_changed);
    five.properties.session_expiry_interval = 100'000;
    EXPECT_EQ(terms_for(five, limits).session_expiry_seconds, 3600u);
    EXPECT_TRUE(terms_for(five, limits).session_expiry_changed);
}

TEST(TermsFor, TheWindowIsTheSmallerOfBothSides) {
    const Limits limits = profile_named(ProfileName::Aws).limits;
    mqtt::Connect connect = connect_of("c");
    EXPECT_EQ(terms_for(connect, limits).receive_maximum, 100);
    connect.properties.receive_maximum = 7;
    EXPECT_EQ(terms_for(connect, limits).receive_maximum, 7);
}

}  // namespace
}  // namespace gatehouse::gateway
