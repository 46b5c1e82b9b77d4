#include "server/bench/bench_flags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/bench/foreign_flags.h"

namespace gatehouse::server::bench {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

Result<BenchWish> read(Kind kind, std::vector<std::string> words) {
    const auto flags = bench_flags(kind);
    const auto arguments = Arguments::parse(flags, words, 0);
    if (!arguments) return fail(arguments.error());
    const Environment environment;
    SystemRandom random;
    return read_bench_flags(kind, *arguments, environment, random);
}

std::string refusal(Kind kind, std::vector<std::string> words) {
    const auto wish = read(kind, std::move(words));
    if (wish) return "it was taken";
    EXPECT_EQ(wish.error().kind, ErrorKind::InvalidInput);
    return wish.error().message;
}

std::string foreign(Kind kind, std::vector<std::string> words) {
    const auto flags = bench_flags(kind);
    const auto error = foreign_flag(flags, words);
    return error ? error->message : "";
}

TEST(BenchFlags, WithoutAWordItGoesToThisMachineForTenSeconds) {
    const BenchWish wish = read(Kind::Pairs, {}).value();
    EXPECT_EQ(wish.host, "localhost");
    EXPECT_EQ(wish.port, 1883);
    EXPECT_FALSE(wish.tls);
    EXPECT_EQ(wish.plan.target.version, mqtt::ProtocolVersion::V5);
    EXPECT_EQ(wish.plan.clients, 100u);
    EXPECT_EQ(wish.connections(), 200u);
    EXPECT_EQ(wish.plan.rate, 0);
    EXPECT_EQ(wish.duration, 10s);
    EXPECT_THAT(wish.plan.prefix, testing::StartsWith("gatehouse-bench-"));
    EXPECT_NE(wish.plan.run, read(Kind::Pairs, {}).value().plan.run);
}

TEST(BenchFlags, AllThatCanBeSaidIsTakenOver) {
    const BenchWish wish = read(Kind::Pub, {"--host",      "::1",
                                            "--port",      "2883",
                                            "--tls",       "--ca",
                                            "ca.crt",      "--cert",
                                            "c.crt",       "--key",
                                            "c.key",       "--alpn",
                                            "mqtt",        "--user",
                                            "u",           "--password",
                                            "p",           "--protocol",
                                            "3.1.1",       "--keep-alive",
                                            "60",          "--clients",
                                            "7",           "--prefix",
                                            "x",           "--connect-rate",
                                            "50",          "--topic",
                                            "a/%c",        "--qos",
                                            "2",           "--size",
                                            "1000",        "--retain",
                                            "--rate",      "70",
                                            "--in-flight", "3",
                                            "--messages",  "900",
                                            "--duration",  "2m",
                                            "--json"})
                               .value();
    const load::TrafficPlan& plan = wish.plan;
    EXPECT_EQ(wish.port, 2883);
    EXPECT_EQ(wish.tls->ca_file, "ca.crt");
    EXPECT_EQ(wish.tls->certificate_file, "c.crt");
    EXPECT_EQ(wish.tls->key_file, "c.key");
    EXPECT_EQ(wish.tls->verify, load::ClientTls::Verify::Yes);
    EXPECT_EQ(plan.target.server_name, "::1");
    EXPECT_EQ(plan.target.alpn, "mqtt");
    EXPECT_EQ(plan.target.user_name, "u");
    EXPECT_EQ(plan.target.password, "p");
    EXPECT_EQ(plan.target.version, mqtt::ProtocolVersion::V3_1_1);
    EXPECT_EQ(plan.target.keep_alive, 60);
    EXPECT_EQ(plan.role, load::Role::Publish);
    EXPECT_EQ(plan.clients, 7u);
    EXPECT_EQ(plan.prefix, "x");
    EXPECT_EQ(plan.pace.a_second, 50);
    EXPECT_EQ(plan.topic, "a/%c");
    EXPECT_EQ(plan.qos, mqtt::Qos::ExactlyOnce);
    EXPECT_EQ(plan.payload_bytes, 1000u);
    EXPECT_TRUE(plan.retain);
    EXPECT_EQ(plan.rate, 70);
    EXPECT_EQ(plan.in_flight_max, 3u);
    EXPECT_EQ(plan.messages, 900u);
    EXPECT_EQ(wish.duration, 2min);
    EXPECT_TRUE(wish.json);
}

TEST(BenchFlags, TlsHasAPortOfItsOwn) {
    EXPECT_EQ(read(Kind::Connect, {"--tls"}).value().port, 8883);
    const BenchWish blind = read(Kind::Connect, {"--tls", "--insecure", "--port", "443"}).value();
    EXPECT_EQ(blind.port, 443);
    EXPECT_EQ(blind.tls->verify, load::ClientTls::Verify::No);
}

TEST(BenchFlags, AnIntervalIsARateOfAllTogether) {
    EXPECT_EQ(read(Kind::Pub, {"--clients", "50", "--interval", "2s"}).value().plan.rate, 25);
    EXPECT_THAT(refusal(Kind::Pub, {"--rate", "5", "--interval", "2s"}), HasSubstr("two speeds"));
}

TEST(BenchFlags, HowLongDependsOnWhatIsDone) {
    EXPECT_EQ(read(Kind::Pub, {"--messages", "5"}).value().duration, std::nullopt);
    EXPECT_EQ(read(Kind::Sub, {}).value().duration, std::nullopt);
    EXPECT_EQ(read(Kind::Connect, {}).value().duration, std::nullopt);
    EXPECT_EQ(read(Kind::Connect, {"--reconnect"}).value().duration, 10s);
    EXPECT_EQ(read(Kind::Sub, {"--duration", "1.5"}).value().duration, 1500ms);
}

TEST(BenchFlags, WhatCannotBeIsRefusedInWords) {
    EXPECT_THAT(refusal(Kind::Pub, {"--port", "70000"}), HasSubstr("--port 70000: 65535 at most"));
    EXPECT_THAT(refusal(Kind::Pub, {"--clients", "0"}), HasSubstr("--clients 0: write a whole"));
    EXPECT_THAT(refusal(Kind::Pub, {"--clients", "ten"}), HasSubstr("--clients ten: write"));
    EXPECT_THAT(refusal(Kind::Pub, {"--qos", "3"}), HasSubstr("there are 0, 1 and 2"));
    EXPECT_THAT(refusal(Kind::Pub, {"--protocol", "4"}), HasSubstr("there are 3.1.1 and 5"));
    EXPECT_THAT(refusal(Kind::Pub, {"--duration", "soon"}), HasSubstr("--duration soon: write a"));
    EXPECT_THAT(refusal(Kind::Pub, {"--ca", "x"}), HasSubstr("go with --tls"));
    EXPECT_THAT(refusal(Kind::Pub, {"--tls", "--cert", "x"}), HasSubstr("go together"));
    EXPECT_THAT(refusal(Kind::Pub, {"--tls", "--insecure", "--ca", "x"}), HasSubstr("no use"));
    EXPECT_THAT(refusal(Kind::Pub, {"--password", "x"}), HasSubstr("goes with --user"));
    EXPECT_THAT(refusal(Kind::Pub, {"--topic", "a/#"}), HasSubstr("--topic 'a/#'"));
    EXPECT_THAT(refusal(Kind::Pub, {"--clinets", "1"}), HasSubstr("did you mean --clients?"));
    EXPECT_THAT(refusal(Kind::Connect, {"--qos", "1"}), HasSubstr("there is no flag --qos"));
}

TEST(BenchFlags, FiltersMayHaveWildcards) {
    EXPECT_EQ(read(Kind::Sub, {"--topic", "$share/g/a/+/#"}).value().plan.topic, "$share/g/a/+/#");
    EXPECT_THAT(refusal(Kind::Sub, {"--topic", "a/#/b"}), HasSubstr("--topic 'a/#/b'"));
}

TEST(BenchFlags, PairsNeedRoomForANumberAndATopicEach) {
    EXPECT_THAT(refusal(Kind::Pairs, {"--size", "27"}), HasSubstr("28 at least"));
    EXPECT_TRUE(read(Kind::Pairs, {"--size", "28"}));
    EXPECT_TRUE(read(Kind::Pub, {"--size", "1"}));
    EXPECT_THAT(refusal(Kind::Pairs, {"--topic", "a/b"}), HasSubstr("put %i"));
    EXPECT_TRUE(read(Kind::Pub, {"--topic", "a/b"}));
}

TEST(BenchFlags, NamesOfOtherToolsAreExplained) {
    EXPECT_EQ(foreign(Kind::Pub, {"--host", "h", "--count", "5"}),
              "there is no flag --count; did you mean --clients?");
    EXPECT_EQ(foreign(Kind::Pub, {"-t", "a/b"}), "there is no flag -t; did you mean --topic?");
    EXPECT_EQ(foreign(Kind::Pub, {"--username=u"}),
              "there is no flag --username; did you mean --user?");
    EXPECT_EQ(foreign(Kind::Pub, {"-z"}), "there is no flag -z; --help lists those there are");
    // There is none for it here.
    EXPECT_EQ(foreign(Kind::Connect, {"-t"}), "there is no flag -t; --help lists those there are");
}

TEST(BenchFlags, ValuesAreNoFlags) {
    EXPECT_EQ(foreign(Kind::Pub, {"--password", "-t", "--topic=-x", "--tls", "--user", "--count"}),
              "");
    EXPECT_EQ(foreign(Kind::Pub, {"--nonsense"}), "");  // for the parser to refuse
}

}  // namespace
}  // namespace gatehouse::server::bench
