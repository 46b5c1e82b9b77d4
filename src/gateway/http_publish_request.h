// A publish by HTTP, taken out of its request. Pure.
//
// Source: AWS IoT Core, "Publish" of the data plane (API_iotdata_Publish.html) and Developer Guide,
// "HTTPS".
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
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

// What a publish is made of, whichever way it came; texts as sent. The views live as long as their
// source.
struct PublishFields {
    std::string topic;
    std::size_t payload_bytes = 0;
    std::optional<std::string_view> qos;
    std::optional<std::string_view> retain;
    std::optional<std::string_view> content_type;
    std::optional<std::string_view> response_topic;
    std::optional<std::string_view> expiry_seconds;
    std::optional<std::string_view> payload_format;
    std::optional<std::string_view> correlation_data;
    std::optional<std::string_view> user_properties;
};
std::expected<HttpPublish, HttpProblem> read_publish(const PublishFields& fields,
                                                     const Profile& profile);

// Of a request whose path begins with topics_path. The payload is the body.
std::expected<HttpPublish, HttpProblem> parse_publish(const net::HttpRequest& request,
                                                      const Profile& profile);

}  // namespace gatehouse::gateway
