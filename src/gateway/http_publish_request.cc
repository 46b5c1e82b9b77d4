#include "gateway/http_publish_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <charconv>
#include <optional>

#include "authentication/user_name.h"
#include "base/encoding.h"
#include "base/json.h"
#include "gateway/message_expiry.h"
#include "gateway/topic_bounds.h"
#include "mqtt/property.h"
#include "mqtt/topic.h"
#include "mqtt/utf8.h"

namespace gatehouse::gateway {
namespace {

constexpr std::string_view user_properties_header = "x-amz-mqtt5-user-properties";
constexpr std::string_view payload_format_header = "x-amz-mqtt5-payload-format-indicator";
constexpr std::string_view correlation_header = "x-amz-mqtt5-correlation-data";

std::unexpected<HttpProblem> wrong(std::string sentence) {
    return std::unexpected(HttpProblem{400, std::move(sentence)});
}

class PublishReader {
public:
    PublishReader(const PublishFields& fields, const Profile& profile)
        : fields_(fields), profile_(profile) {}

    std::expected<HttpPublish, HttpProblem> read() {
        for (const auto step :
             {&PublishReader::read_retain, &PublishReader::read_topic, &PublishReader::read_qos,
              &PublishReader::read_payload_format, &PublishReader::read_expiry,
              &PublishReader::read_texts, &PublishReader::read_correlation,
              &PublishReader::read_user_properties}) {
            if (auto done = (this->*step)(); !done) return std::unexpected(std::move(done.error()));
        }
        publish_.properties = properties_.take();
        return std::move(publish_);
    }

private:
    using Step = std::expected<void, HttpProblem>;

    Step read_topic() {
        publish_.topic = fields_.topic;
        if (publish_.topic.empty()) return wrong("the path has no topic: POST /topics/TOPIC");
        const auto problem = mqtt::check_topic_name(publish_.topic);
        if (problem != mqtt::TopicProblem::None) {
            const auto error = mqtt::topic_error(problem, mqtt::ProtocolVersion::V5, "the topic");
            return wrong(error.describe());
        }
        if (auto reserved = publish_topic_problem(publish_.topic, publish_.retain, profile_)) {
            return wrong(std::move(*reserved));
        }
        if (fields_.payload_bytes > profile_.limits.payload_bytes_max) {
            return std::unexpected(
                HttpProblem{413, fmt::format("the payload has more than {} bytes",
                                             profile_.limits.payload_bytes_max)});
        }
        return {};
    }

    Step read_qos() {
        const auto qos = fields_.qos.value_or("0");
        if (qos != "0" && qos != "1") return wrong("qos is 0 or 1");
        publish_.qos = qos == "1" ? mqtt::Qos::AtLeastOnce : mqtt::Qos::AtMostOnce;
        return {};
    }

    Step read_retain() {
        const auto retain = fields_.retain.value_or("false");
        if (retain != "true" && retain != "false") return wrong("retain is true or false");
        publish_.retain = retain == "true" ? broker::Retain::Yes : broker::Retain::No;
        return {};
    }

    Step read_payload_format() {
        const auto format = fields_.payload_format;
        if (!format || *format == "UNSPECIFIED_BYTES") return {};
        if (*format != "UTF8_DATA") {
            return wrong(
                fmt::format("{} is UNSPECIFIED_BYTES or UTF8_DATA", payload_format_header));
        }
        properties_.add(mqtt::PropertyId::PayloadFormatIndicator, 1);
        return {};
    }

    Step read_expiry() {
        const auto text = fields_.expiry_seconds;
        if (!text) return {};
        std::uint32_t seconds = 0;
        const auto end = text->data() + text->size();
        if (std::from_chars(text->data(), end, seconds).ptr != end || text->empty()) {
            return wrong("messageExpiry is a number of seconds");
        }
        publish_.expiry_seconds = held_expiry(seconds, profile_);
        // Behind the property's id.
        publish_.expiry_at = static_cast<std::uint32_t>(properties_.bytes().size()) + 1;
        properties_.add(mqtt::PropertyId::MessageExpiryInterval, publish_.expiry_seconds);
        return {};
    }

    Step read_texts() {
        struct Text {
            std::string_view name;
            const std::optional<std::string_view>& text;
            mqtt::PropertyId property;
        };
        const Text texts[] = {
            {"contentType", fields_.content_type, mqtt::PropertyId::ContentType},
            {"responseTopic", fields_.response_topic, mqtt::PropertyId::ResponseTopic}};
        for (const auto& [name, text, property] : texts) {
            if (!text) continue;
            if (!mqtt::is_packet_text(*text)) {
                return wrong(
                    fmt::format("{} is a text in UTF-8 of at most 65535 bytes, without "
                                "the character U+0000",
                                name));
            }
            properties_.add(property, *text);
        }
        const auto& topic = fields_.response_topic;
        if (topic && mqtt::check_topic_name(*topic) != mqtt::TopicProblem::None) {
            return wrong("responseTopic is a topic without wildcards");
        }
        return {};
    }

    Step read_correlation() {
        const auto header = fields_.correlation_data;
        if (!header) return {};
        const auto data = from_base64(*header);
        if (!data || data->size() > mqtt::string_size_max) {
            return wrong(fmt::format("{} is base64", correlation_header));
        }
        properties_.add(mqtt::PropertyId::CorrelationData, BytesView(*data));
        return {};
    }

    // base64 of [{"name": "value"}, …], in order.
    Step read_user_properties() {
        const auto header = fields_.user_properties;
        if (!header) return {};
        const auto bad = [] {
            return wrong(
                fmt::format("{} is base64 of a JSON array of objects with one member, "
                            "whose value is a string",
                            user_properties_header));
        };
        const auto text = from_base64(*header);
        if (!text) return bad();
        auto parsed = parse_json(text_of(*text), user_properties_header);
        // SDKs encode what they are given as JSON once more, and given it is a text by many.
        if (parsed && parsed->is_string()) {
            parsed = parse_json(std::string(std::string_view(parsed->get_string())),
                                user_properties_header);
        }
        if (!parsed || !parsed->is_array()) return bad();
        for (const json::value& each : parsed->get_array()) {
            if (!each.is_object() || each.get_object().size() != 1) return bad();
            const auto& member = *each.get_object().begin();
            if (!member.value().is_string()) return bad();
            const std::string_view value(member.value().get_string());
            const std::string_view name = member.key();
            if (!mqtt::is_packet_text(name) || !mqtt::is_packet_text(value)) {
                return wrong(
                    fmt::format("the names and values in {} are texts in UTF-8 of at most 65535 "
                                "bytes, without the character U+0000",
                                user_properties_header));
            }
            properties_.add_user_property(name, value);
        }
        return {};
    }

    const PublishFields& fields_;
    const Profile& profile_;
    HttpPublish publish_;
    mqtt::PropertyWriter properties_;
};

}  // namespace

std::expected<HttpPublish, HttpProblem> read_publish(const PublishFields& fields,
                                                     const Profile& profile) {
    return PublishReader(fields, profile).read();
}

std::expected<HttpPublish, HttpProblem> parse_publish(const net::HttpRequest& request,
                                                      const Profile& profile) {
    const auto parameters = authentication::parse_query(request.query);
    const auto parameter = [&](std::string_view name) -> std::optional<std::string_view> {
        const auto found = std::ranges::find(parameters, name, &authentication::Parameter::name);
        if (found == parameters.end()) return std::nullopt;
        return found->value;
    };
    const std::string_view topic = std::string_view(request.path).substr(topics_path.size());
    if (has_broken_escape(topic)) {
        return wrong("the topic in the path has a '%' that two hexadecimal digits do not follow");
    }
    const PublishFields fields{.topic = percent_decode(topic),
                               .payload_bytes = request.body.size(),
                               .qos = parameter("qos"),
                               .retain = parameter("retain"),
                               .content_type = parameter("contentType"),
                               .response_topic = parameter("responseTopic"),
                               .expiry_seconds = parameter("messageExpiry"),
                               .payload_format = request.headers.find(payload_format_header),
                               .correlation_data = request.headers.find(correlation_header),
                               .user_properties = request.headers.find(user_properties_header)};
    return read_publish(fields, profile);
}

}  // namespace gatehouse::gateway
