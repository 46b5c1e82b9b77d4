// A publish by HTTP, taken out of its request. Pure.
//
// Source: AWS IoT Core, "Publish" of the data plane (API_iotdata_Publish.html) and Developer Guide,
// "HTTPS".
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/profile.h"
#include "broker/publication.h"
#include "net/http.h"

namespace gatehouse::gateway {

inline constexpr std::string_view topics_path = "/topics/";

struct HttpPublish {
    std::string topic;
    mqtt::Qos qos = mqtt::Qos::AtMostOnce;  // 0 or 1
    broker::Retain retain = broker::Retain::No;
    Bytes properties;  // of MQTT 5, encoded
    std::uint32_t expiry_seconds = broker::never_expires;
    std::uint32_t expiry_at = 0;
};

// Why it is refused: a status of 4xx and a sentence.
struct HttpProblem {
    unsigned status;
    std::string sentence;
};

// Of a request whose path begins with topics_path. The payload is the body.
std::expected<HttpPublish, HttpProblem> parse_publish(const net::HttpRequest& request,
                                                      const Profile& profile);

}  // namespace gatehouse::gateway
