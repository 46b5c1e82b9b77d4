#include "authentication/kept_answer.h"

#include <gtest/gtest.h>

namespace gatehouse::authentication {
namespace {

HttpCredentials http(std::string query, std::vector<net::HttpHeaders::Field> fields = {}) {
    HttpCredentials made{.headers = {}, .query = std::move(query)};
    for (auto& [name, value] : fields) made.headers.add(std::move(name), std::move(value));
    return made;
}

TEST(KeptAnswer, HowAMessageIsPublishedDoesNotCount) {
    const std::string plain = asked_with(http("token=a", {{"Host", "h"}}));
    for (const char* query :
         {"token=a&qos=1", "qos=1&token=a", "retain=true&token=a&messageExpiry=60",
          "contentType=a&responseTopic=b%2Fc&token=a", "token=a&", "%71os=1&token=a"}) {
        EXPECT_EQ(asked_with(http(query, {{"Host", "h"}})), plain) << query;
    }
    EXPECT_EQ(asked_with(http("token=a", {{"content-length", "5"},
                                          {"Host", "h"},
                                          {"DATE", "now"},
                                          {"Transfer-Encoding", "chunked"},
                                          {"x-amz-mqtt5-correlation-data", "AQI="},
                                          {"X-Amzn-Mqtt5-User-Properties", "W10="}})),
              plain);
}

TEST(KeptAnswer, AllElseCounts) {
    const std::string plain = asked_with(http("token=a", {{"Host", "h"}}));
    for (const char* query : {"", "token=b", "token=a&token=a", "token=a&qoS=1", "token=a&qos2=1",
                              "token=a&x-amz-mqtt5-correlation-data=b", "tok%65n=a", "qos"}) {
        EXPECT_NE(asked_with(http(query, {{"Host", "h"}})), plain) << query;
    }
    for (const auto& field :
         {std::pair("token", "a"), std::pair("Authorization", "a"), std::pair("Cookie", "a"),
          std::pair("qos", "1"), std::pair("x-amz-mqtt5", "a"), std::pair("Dated", "a"),
          std::pair("x-amz-customauthorizer-name", "a")}) {
        EXPECT_NE(asked_with(http("token=a", {{"Host", "h"}, {field.first, field.second}})), plain)
            << field.first;
    }
    // What stands in a header is never taken for the query's, nor one header for two.
    EXPECT_NE(asked_with(http("", {{"a", "b"}})), asked_with(http("a: b")));
    EXPECT_NE(asked_with(http("", {{"a", "b"}, {"c", "d"}})),
              asked_with(http("", {{"a", "bc: d"}})));
}

TEST(KeptAnswer, NamesOfATokenThatWouldNotCount) {
    for (const char* name : {"qos", "QoS", "messageExpiry", "date", "x-amz-mqtt5-token"}) {
        EXPECT_TRUE(is_of_one_message(name)) << name;
    }
    for (const char* name : {"", "token", "Authorization", "x-amz-mqtt", "qos1"}) {
        EXPECT_FALSE(is_of_one_message(name)) << name;
    }
}

}  // namespace
}  // namespace gatehouse::authentication
