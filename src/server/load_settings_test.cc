#include "server/load_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace gatehouse::server {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;

using Words = std::vector<std::string>;
using Variables = std::vector<std::pair<std::string, std::string>>;

// A folder of its own for each test.
class LoadSettings : public testing::Test {
protected:
    LoadSettings() {
        std::string pattern = testing::TempDir() + "gatehouse-settings-XXXXXX";
        folder_ = mkdtemp(pattern.data());
    }
    ~LoadSettings() override { std::filesystem::remove_all(folder_); }

    std::string write(const std::string& name, const std::string& text) {
        const std::string path = folder_ + "/" + name;
        std::ofstream(path) << text;
        return path;
    }

    std::expected<LoadedSettings, Problems> load(Words words, Variables variables = {}) {
        // Nothing of the machine's own state may show.
        variables.emplace_back("XDG_STATE_HOME", folder_);
        auto arguments = Arguments::parse(setting_flags(), words, 0);
        if (!arguments) return std::unexpected(Problems{arguments.error()});
        return load_settings(*arguments, Environment(std::move(variables)));
    }

    // The one problem that these words have.
    std::string problem(Words words, Variables variables = {}) {
        const auto loaded = load(std::move(words), std::move(variables));
        if (loaded) return "no problem";
        EXPECT_EQ(loaded.error().size(), 1U);
        return loaded.error().front().describe();
    }

    std::string origin(const LoadedSettings& loaded, std::string_view name) {
        return loaded.origins[static_cast<std::size_t>(find_setting(name) - all_settings().data())]
            .describe();
    }

    std::string folder_;
};

TEST_F(LoadSettings, HaveDefaults) {
    const auto loaded = load({});
    ASSERT_TRUE(loaded);
    const Settings& settings = loaded->settings;
    EXPECT_EQ(settings.mqtt_port, Port{.number = 1883});
    EXPECT_EQ(settings.mqtts_port, Port{.number = 8883});
    EXPECT_EQ(settings.https_port, (Port{.number = 443, .otherwise = 9443}));
    EXPECT_EQ(settings.https_mtls_port, Port{.number = 8443});
    EXPECT_EQ(settings.api_port, Port{.number = 4566});
    EXPECT_THAT(settings.hosts, ElementsAre("127.0.0.1", "::1"));
    EXPECT_EQ(settings.profile, profile_named(ProfileName::Aws));
    EXPECT_EQ(settings.tenancy, Tenancy::Single);
    EXPECT_EQ(settings.account.value(), "000000000000");
    EXPECT_EQ(settings.region.value(), "us-east-1");
    EXPECT_EQ(settings.data_dir, folder_ + "/gatehouse");
    EXPECT_FALSE(settings.api_speaks_tls());
    EXPECT_THAT(loaded->warnings, IsEmpty());
    EXPECT_EQ(origin(*loaded, "region"), "default");
}

TEST_F(LoadSettings, FlagBeatsVariableBeatsFileBeatsDefault) {
    const auto file = write("g.toml", "\nregion = 'eu-west-1'\nmqtt-port = 1\napi-port = 2\n");
    const auto loaded = load({"--config", file, "--api-port", "20"},
                             {{"GATEHOUSE_MQTT_PORT", "10"}, {"GATEHOUSE_API_PORT", "11"}});
    ASSERT_TRUE(loaded);
    EXPECT_EQ(loaded->settings.region.value(), "eu-west-1");
    EXPECT_EQ(loaded->settings.mqtt_port.number, 10);
    EXPECT_EQ(loaded->settings.api_port.number, 20);
    EXPECT_EQ(origin(*loaded, "region"), file + ":2");
    EXPECT_EQ(origin(*loaded, "mqtt-port"), "GATEHOUSE_MQTT_PORT");
    EXPECT_EQ(origin(*loaded, "api-port"), "--api-port");
}

TEST_F(LoadSettings, ProfileComesFirstAndSingleValuesOverrideIt) {
    const auto file = write("g.toml", "[limits]\ntopic-levels-max = 12\n");
    const auto loaded =
        load({"--config", file, "--profile", "open"}, {{"GATEHOUSE_BEHAVIOUR_QOS_2", "refused"}});
    ASSERT_TRUE(loaded);
    Profile expected = profile_named(ProfileName::Open);
    expected.limits.topic_levels_max = 12;
    expected.behaviour.qos_2 = Support::Refused;
    EXPECT_EQ(loaded->settings.profile, expected);
    EXPECT_EQ(origin(*loaded, "limits.client-id-bytes-max"), "profile open");
}

TEST_F(LoadSettings, FindTheFileInTheDataDirectory) {
    std::filesystem::create_directory(folder_ + "/data");
    write("data/gatehouse.toml", "account = '123456789012'");
    const auto loaded = load({"--data-dir", folder_ + "/data"});
    ASSERT_TRUE(loaded);
    EXPECT_EQ(loaded->settings.account.value(), "123456789012");
}

TEST_F(LoadSettings, AFileInTheDataDirectoryCannotMoveIt) {
    std::filesystem::create_directory(folder_ + "/data");
    write("data/gatehouse.toml", "data-dir = '/elsewhere'");
    EXPECT_THAT(problem({"--data-dir", folder_ + "/data"}), HasSubstr("name the file with"));
}

TEST_F(LoadSettings, ANamedFileMustBeThere) {
    EXPECT_THAT(problem({"--config", folder_ + "/none.toml"}), HasSubstr("cannot be read"));
}

TEST_F(LoadSettings, ListsRepeatOnTheCommandLineAndTakeCommasInVariables) {
    const auto flags = load({"--endpoint", "a.example", "--endpoint", "b.example"});
    ASSERT_TRUE(flags);
    EXPECT_THAT(flags->settings.endpoints, ElementsAre("a.example", "b.example"));
    const auto variable = load({}, {{"GATEHOUSE_ENDPOINT", "a.example, b.example"}});
    ASSERT_TRUE(variable);
    EXPECT_THAT(variable->settings.endpoints, ElementsAre("a.example", "b.example"));
}

TEST_F(LoadSettings, PortsAreNumbersAnyOrOff) {
    const auto loaded = load({"--mqtt-port", "off", "--api-port", "0"});
    ASSERT_TRUE(loaded);
    EXPECT_TRUE(loaded->settings.mqtt_port.is_closed());
    EXPECT_EQ(loaded->settings.api_port.number, 0);
    for (const char* text : {"65536", "-1", "mqtt", "", "1883x", "443 or 9443"}) {
        EXPECT_THAT(problem({"--mqtt-port", text}), HasSubstr("is not a port number")) << text;
    }
}

TEST_F(LoadSettings, RefuseValuesOutOfBounds) {
    EXPECT_THAT(problem({"--accounts-max", "0"}), HasSubstr("a number from 1 to 1000000"));
    EXPECT_THAT(problem({"--accounts-max", "1000001"}), HasSubstr("from 1 to"));
    EXPECT_THAT(problem({"--profile", "azure"}), HasSubstr("aws, aws-strict or open"));
    EXPECT_THAT(problem({"--account", "12"}), HasSubstr("exactly 12 digits"));
    EXPECT_THAT(problem({"--region", "US EAST"}), HasSubstr("region name"));
    EXPECT_THAT(problem({"--host", "localhost"}), HasSubstr("numeric address"));
    EXPECT_THAT(problem({"--endpoint", "a/b"}), HasSubstr("host name"));
}

TEST_F(LoadSettings, ReportAllProblemsAtOnce) {
    const auto loaded = load({"--account", "x", "--region", "Y"}, {{"GATEHOUSE_LOOPS", "many"}});
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().size(), 3U);
}

TEST_F(LoadSettings, WarnOfUnknownVariablesAndInjectedAddresses) {
    const auto loaded = load({}, {{"GATEHOUSE_REGOIN", "x"},
                                  {"GATEHOUSE_SERVICE_HOST", "10.0.0.1"},
                                  {"GATEHOUSE_API_SERVICE_PORT_HTTPS", "443"},
                                  {"GATEHOUSE_PORT_1883_TCP_ADDR", "10.0.0.1"},
                                  {"GATEHOUSE_PORT", "1"},
                                  {"GATEHOUSE_COLOUR", "blue"},
                                  {"GATEHOUSE_MQTT_PORT", "tcp://10.0.0.1:1883"}});
    ASSERT_TRUE(loaded);
    EXPECT_EQ(loaded->settings.mqtt_port.number, 1883);
    const auto is_of_a_platform = [](const char* name) {
        return AllOf(HasSubstr(name), HasSubstr("container platform"), Not(HasSubstr("did you")));
    };
    EXPECT_THAT(loaded->warnings,
                ElementsAre(HasSubstr("did you mean GATEHOUSE_REGION?"),
                            is_of_a_platform("GATEHOUSE_SERVICE_HOST"),
                            is_of_a_platform("GATEHOUSE_API_SERVICE_PORT_HTTPS"),
                            is_of_a_platform("GATEHOUSE_PORT_1883_TCP_ADDR"),
                            is_of_a_platform("GATEHOUSE_PORT "),
                            EndsWith("GATEHOUSE_COLOUR is none of ours and has no effect"),
                            is_of_a_platform("GATEHOUSE_MQTT_PORT")));
}

TEST_F(LoadSettings, SecretsComeByVariableOnlyAndAreNotRepeated) {
    EXPECT_THAT(problem({"--root-secret-access-key", "x"}), HasSubstr("there is no flag"));
    const std::string message = problem({}, {{"GATEHOUSE_ROOT_ACCESS_KEY_ID", "AKIAEXAMPLE"},
                                             {"GATEHOUSE_ROOT_SECRET_ACCESS_KEY", "sh0 rt"}});
    EXPECT_THAT(message, HasSubstr("without blanks"));
    EXPECT_THAT(message, Not(HasSubstr("sh0")));
}

TEST_F(LoadSettings, TenancyIsMultiOffLoopbackUnlessSaid) {
    EXPECT_EQ(load({"--host", "0.0.0.0"})->settings.tenancy, Tenancy::Multi);
    EXPECT_EQ(load({"--host", "0.0.0.0", "--tenancy", "single"})->settings.tenancy,
              Tenancy::Single);
}

TEST_F(LoadSettings, RulesPostToThisMachineOnlyIfSaid) {
    EXPECT_THAT(load({})->settings.rules.http_to, IsEmpty()) << "it may stand behind a proxy";
    EXPECT_THAT(load({"--rules-http-to", "127.0.0.0/8,::1"})->settings.rules.http_to,
                ElementsAre("127.0.0.0/8", "::1"));
    EXPECT_THAT(load({"--rules-http-to", "10.0.0.0/8"})->settings.rules.http_to,
                ElementsAre("10.0.0.0/8"));
    EXPECT_FALSE(load({"--rules-http-to", "example.com"}));
}

TEST_F(LoadSettings, NameWhatChangesAtOnceAndWhatTakesARestart) {
    const Settings before = load({})->settings;
    const Settings after = load({"--log-level", "debug", "--region", "eu-west-1"})->settings;
    const ChangedSettings changed = changed_settings(before, after);
    EXPECT_THAT(changed.live, ElementsAre("log-level"));
    EXPECT_THAT(changed.need_restart, ElementsAre("region"));
    Settings running = before;
    take_live_settings(running, after);
    EXPECT_THAT(changed_settings(running, after).live, IsEmpty());
    EXPECT_THAT(changed_settings(running, after).need_restart, ElementsAre("region"));
}

TEST(DefaultDataDirectory, FollowsSystemdThenXdgThenHome) {
    const auto directory = [](Variables variables) {
        return default_data_directory(Environment(std::move(variables)));
    };
    EXPECT_EQ(directory({{"STATE_DIRECTORY", "/var/lib/gatehouse:/x"}, {"HOME", "/h"}}),
              "/var/lib/gatehouse");
    EXPECT_EQ(directory({{"XDG_STATE_HOME", "/s"}, {"HOME", "/h"}}), "/s/gatehouse");
    EXPECT_EQ(directory({{"XDG_STATE_HOME", ""}, {"HOME", "/h"}}), "/h/.local/state/gatehouse");
    EXPECT_EQ(directory({}), "/var/lib/gatehouse");
}

}  // namespace
}  // namespace gatehouse::server
