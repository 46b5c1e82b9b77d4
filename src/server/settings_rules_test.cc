#include "server/settings_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gatehouse::server {
namespace {

using testing::HasSubstr;

// The sentences about settings that differ from the defaults in what `change` does.
template <class Change>
std::string broken(Change change) {
    Settings settings;
    change(settings);
    std::string text;
    for (const Error& error : broken_rules(settings)) text += error.message + "\n";
    return text;
}

TEST(SettingsRules, DefaultsAreSound) {
    EXPECT_EQ(broken([](Settings&) {}), "");
}

TEST(SettingsRules, AnySignatureOnLoopbackOnly) {
    EXPECT_EQ(broken([](Settings& s) { s.api_auth = ApiAuthentication::Any; }), "");
    EXPECT_THAT(broken([](Settings& s) {
                    s.api_auth = ApiAuthentication::Any;
                    s.api_hosts = {"127.0.0.1", "192.0.2.1"};
                }),
                HasSubstr("api-host must be a loopback address"));
}

TEST(SettingsRules, ApiOffLoopbackSpeaksTlsUnlessPlaintext) {
    Settings settings;
    EXPECT_FALSE(settings.api_speaks_tls());
    settings.api_hosts = {"::"};
    EXPECT_TRUE(settings.api_speaks_tls());
    settings.api_plaintext = true;
    EXPECT_FALSE(settings.api_speaks_tls());
}

TEST(SettingsRules, AnonymousClientsWantAPolicyOffLoopback) {
    EXPECT_EQ(broken([](Settings& s) { s.allow_anonymous = true; }), "");
    EXPECT_THAT(broken([](Settings& s) {
                    s.allow_anonymous = true;
                    s.mqtt_hosts = {"0.0.0.0"};
                }),
                HasSubstr("wants anonymous-policy"));
    EXPECT_EQ(broken([](Settings& s) {
                  s.allow_anonymous = true;
                  s.mqtt_hosts = {"0.0.0.0"};
                  s.anonymous_policy_file = "p.json";
              }),
              "");
    EXPECT_THAT(broken([](Settings& s) { s.anonymous_policy_file = "p.json"; }),
                HasSubstr("no effect without allow-anonymous"));
}

TEST(SettingsRules, StrictProfileNeverTakesAnonymousClients) {
    EXPECT_THAT(broken([](Settings& s) {
                    s.profile = profile_named(ProfileName::AwsStrict);
                    s.allow_anonymous = true;
                }),
                HasSubstr("contradicts profile aws-strict"));
}

TEST(SettingsRules, ManualClockOnLoopbackOnly) {
    EXPECT_EQ(broken([](Settings& s) { s.clock = ClockChoice::Manual; }), "");
    EXPECT_THAT(broken([](Settings& s) {
                    s.clock = ClockChoice::Manual;
                    s.hosts = {"0.0.0.0"};
                }),
                HasSubstr("clock manual"));
}

TEST(SettingsRules, RootKeyIsWholeOrAbsent) {
    EXPECT_THAT(broken([](Settings& s) { s.root_access_key_id = "AKIA"; }),
                HasSubstr("set together"));
}

TEST(SettingsRules, DoorsDoNotShareAPort) {
    EXPECT_THAT(broken([](Settings& s) { s.mqtts_port = s.mqtt_port; }),
                HasSubstr("mqtt-port and mqtts-port are both 1883"));
    EXPECT_EQ(broken([](Settings& s) {
                  s.mqtts_port = s.mqtt_port;
                  s.mqtt_hosts = {"127.0.0.2"};
              }),
              "");
    EXPECT_EQ(broken([](Settings& s) { s.mqtts_port = s.mqtt_port = Port{.number = 0}; }), "");
}

TEST(SettingsRules, SomeDoorIsOpen) {
    EXPECT_THAT(broken([](Settings& s) {
                    s.mqtt_port = s.mqtts_port = s.https_port = s.https_mtls_port = s.api_port =
                        Port::closed();
                }),
                HasSubstr("every port is off"));
}

TEST(SettingsRules, LowerBoundsStayBelowUpperOnes) {
    EXPECT_THAT(broken([](Settings& s) { s.profile.limits.keep_alive_seconds_min = 1201; }),
                HasSubstr("limits.keep-alive-seconds-min (1201) is more than"));
    EXPECT_THAT(broken([](Settings& s) { s.logs.total_bytes_max = 1; }),
                HasSubstr("logs.group-bytes-max"));
}

TEST(SettingsRules, KnowLoopbackAddresses) {
    EXPECT_TRUE(Settings::all_loopback({"127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"}));
    EXPECT_FALSE(Settings::all_loopback({"127.0.0.1", "0.0.0.0"}));
    EXPECT_FALSE(Settings::all_loopback({"::"}));
    EXPECT_FALSE(Settings::all_loopback({"::ffff:10.0.0.1"}));
}

}  // namespace
}  // namespace gatehouse::server
