#include "api/origin_guard.h"

#include <gtest/gtest.h>

namespace gatehouse::api {
namespace {

net::HttpRequest request_with(std::vector<std::pair<std::string, std::string>> headers) {
    net::HttpRequest request;
    for (auto& [name, value] : headers) request.headers.add(std::move(name), std::move(value));
    return request;
}

TEST(OriginGuard, KnowsItsOwnNames) {
    const OriginGuard guard({.endpoints = {"Gate.Example.test"}});
    for (const auto* host :
         {"localhost", "localhost:4566", "LOCALHOST:4566", "iot.us-east-1.localhost:4566",
          "127.0.0.1:4566", "[::1]:4566", "203.0.113.5", "gate.example.test",
          "abc-ats.iot.us-east-1.gate.example.test:4566", "gate.example.test."}) {
        EXPECT_FALSE(guard.objection(request_with({{"Host", host}}))) << host;
    }
}

TEST(OriginGuard, RefusesForeignNames) {
    const OriginGuard guard({.endpoints = {"gate.example.test"}});
    for (const auto* host : {"evil.test", "gate.example.test.evil.test", "xgate.example.test",
                             "notlocalhost", "", "[::1", ":4566", "127.0.0.1.evil.test"}) {
        EXPECT_TRUE(guard.objection(request_with({{"Host", host}}))) << host;
    }
    EXPECT_TRUE(guard.objection(request_with({})));
    EXPECT_TRUE(guard.objection(request_with({{"Host", "localhost"}, {"host", "localhost"}})));
}

TEST(OriginGuard, AMachineMayBeCalledLikeATopLevelDomain) {
    const OriginGuard guard({.machine = {"Dev", "dev.lan"}});
    EXPECT_FALSE(guard.objection(request_with({{"Host", "dev:4566"}})));
    EXPECT_FALSE(guard.objection(request_with({{"Host", "dev.lan"}})));
    EXPECT_TRUE(guard.objection(request_with({{"Host", "attacker.dev"}})));
    EXPECT_TRUE(guard.objection(request_with({{"Host", "attacker.dev.lan"}})));
}

TEST(OriginGuard, RefusesForeignOrigins) {
    const OriginGuard guard({});
    const auto from = [&](std::string origin) {
        return guard.objection(request_with({{"Host", "localhost:4566"}, {"Origin", origin}}))
            .has_value();
    };
    EXPECT_FALSE(from("http://localhost:4566"));
    EXPECT_FALSE(from("https://localhost:4566"));
    EXPECT_TRUE(from("http://localhost:8080"));
    EXPECT_TRUE(from("http://evil.test"));
    EXPECT_TRUE(from("null"));
    EXPECT_TRUE(from(""));
}

TEST(OriginGuard, BelievesBrowsersThatSayCrossSite) {
    const OriginGuard guard({});
    EXPECT_TRUE(
        guard.objection(request_with({{"Host", "localhost"}, {"Sec-Fetch-Site", "cross-site"}})));
    EXPECT_FALSE(
        guard.objection(request_with({{"Host", "localhost"}, {"Sec-Fetch-Site", "same-origin"}})));
}

}  // namespace
}  // namespace gatehouse::api
