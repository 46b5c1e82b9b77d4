#include "rules/republish_action.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "base/arn.h"
#include "base/encoding.h"
#include "mqtt/property.h"
#include "mqtt/topic.h"
#include "mqtt/utf8.h"

namespace gatehouse::rules {
namespace {

constexpr std::size_t user_properties_max = 100;

struct UserPropertyTexts {
    Text key;
    Text value;
};

struct RepublishHeaders {
    std::optional<Text> payload_format_indicator;
    std::optional<Text> content_type;
    std::optional<Text> response_topic;
    std::optional<Text> correlation_data;
    std::optional<Text> message_expiry;
    std::vector<UserPropertyTexts> user_properties;
};

std::unexpected<Error> wrong_header(std::string_view header, std::string_view value,
                                    std::string_view wanted) {
    return fail(ErrorKind::InvalidInput, fmt::format("headers.{} is '{}', and has to be {}", header,
                                                     value.substr(0, 80), wanted));
}

// MQTT 5 section 3.3.2.3. Empty texts are left out.
class HeaderWriter {
public:
    explicit HeaderWriter(const Job& job) : job_(job) {}

    Result<void> write(const RepublishHeaders& headers, Republication& message) {
        if (auto done = write_format(headers); !done) return done;
        if (auto done = write_expiry(headers, message); !done) return done;
        if (auto done =
                write_text(headers.content_type, "contentType", mqtt::PropertyId::ContentType);
            !done) {
            return done;
        }
        if (auto done = write_response_topic(headers); !done) return done;
        if (auto done = write_correlation_data(headers); !done) return done;
        for (const UserPropertyTexts& each : headers.user_properties) {
            const std::string_view key = job_.text(each.key);
            const std::string_view value = job_.text(each.value);
            if (!mqtt::is_packet_text(key) || !mqtt::is_packet_text(value)) {
                return wrong_header("userProperties", key, "UTF-8 of at most 65,535 bytes");
            }
            writer_.add_user_property(key, value);
        }
        message.properties = writer_.take();
        return {};
    }

private:
    std::string_view filled(const std::optional<Text>& text) const {
        return text ? job_.text(*text) : std::string_view();
    }
    Result<void> write_format(const RepublishHeaders& headers) {
        const std::string_view format = filled(headers.payload_format_indicator);
        if (format == "UTF8_DATA") {
            writer_.add(mqtt::PropertyId::PayloadFormatIndicator, 1);
        } else if (!format.empty() && format != "UNSPECIFIED_BYTES") {
            return wrong_header("payloadFormatIndicator", format, "UNSPECIFIED_BYTES or UTF8_DATA");
        }
        return {};
    }
    Result<void> write_expiry(const RepublishHeaders& headers, Republication& message) {
        const std::string_view text = filled(headers.message_expiry);
        if (text.empty()) return {};
        std::uint32_t seconds = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
        if (error != std::errc() || end != text.data() + text.size() || seconds == 0 ||
            seconds == UINT32_MAX) {
            return wrong_header("messageExpiry", text, "a number of seconds");
        }
        writer_.add(mqtt::PropertyId::MessageExpiryInterval, seconds);
        message.expiry_seconds = seconds;
        // Behind the identifier, and behind the payload format indicator, where there is one.
        message.expiry_at = static_cast<std::uint32_t>(writer_.bytes().size() - sizeof(seconds));
        return {};
    }
    Result<void> write_text(const std::optional<Text>& text, std::string_view header,
                            mqtt::PropertyId id) {
        const std::string_view value = filled(text);
        if (value.empty()) return {};
        if (!mqtt::is_packet_text(value)) {
            return wrong_header(header, value, "UTF-8 of at most 65,535 bytes");
        }
        writer_.add(id, value);
        return {};
    }
    Result<void> write_response_topic(const RepublishHeaders& headers) {
        const std::string_view topic = filled(headers.response_topic);
        if (!topic.empty() && mqtt::check_topic_name(topic) != mqtt::TopicProblem::None) {
            return wrong_header("responseTopic", topic, "a topic");
        }
        return write_text(headers.response_topic, "responseTopic", mqtt::PropertyId::ResponseTopic);
    }
    Result<void> write_correlation_data(const RepublishHeaders& headers) {
        const std::string_view text = filled(headers.correlation_data);
        if (text.empty()) return {};
        const auto data = from_base64(text);
        if (!data || data->size() > mqtt::string_size_max) {
            return wrong_header("correlationData", text, "base64");
        }
        writer_.add(mqtt::PropertyId::CorrelationData, BytesView(*data));
        return {};
    }

    const Job& job_;
    mqtt::PropertyWriter writer_;
};

// Below `$` rules ask services and one another, and say nothing in services' names.
constexpr auto open_reserved_topics = std::to_array<std::string_view>({
    "$aws/rules/#",
    "$aws/things/+/shadow/get",
    "$aws/things/+/shadow/update",
    "$aws/things/+/shadow/delete",
    "$aws/things/+/shadow/name/+/get",
    "$aws/things/+/shadow/name/+/update",
    "$aws/things/+/shadow/name/+/delete",
});

struct RepublishParameters {
    std::string role_arn;
    Text topic;
    mqtt::Qos qos = mqtt::Qos::AtMostOnce;
    RepublishHeaders headers;
};

std::optional<std::string> republish_topic_problem(std::string_view topic,
                                                   const mqtt::TopicBounds& bounds) {
    if (topic.starts_with("$$")) topic.remove_prefix(1);
    if (mqtt::check_topic_name(topic) != mqtt::TopicProblem::None) {
        return fmt::format("'{}' is no topic", topic.substr(0, 80));
    }
    if (mqtt::broken_bound_of_name(topic, bounds) != mqtt::TopicBound::None) {
        return fmt::format("the topic '{}' has over {} bytes or {} levels", topic.substr(0, 80),
                           bounds.bytes_max, bounds.levels_max);
    }
    const bool is_open = !topic.starts_with('$') ||
                         std::ranges::any_of(open_reserved_topics, [&](std::string_view filter) {
                             return mqtt::matches(filter, topic);
                         });
    if (is_open) return std::nullopt;
    return fmt::format("'{}' is a reserved topic on which rules do not publish",
                       topic.substr(0, 80));
}

class RepublishAction final : public Action {
public:
    RepublishAction(RepublishParameters parameters, const ActionParts& parts)
        : parameters_(std::move(parameters)),
          broker_(parts.broker),
          roles_(parts.roles),
          payload_bytes_max_(parts.payload_bytes_max),
          topic_bounds_(parts.topic_bounds) {}

    std::string_view name() const override { return "RepublishAction"; }
    std::string resource(const Job& job) const override {
        return std::string(topic_of(job.text(parameters_.topic)));
    }
    std::vector<std::pair<std::string_view, std::string>> resources(const Job& job) const override {
        return {{"RepublishTopic", resource(job)}};
    }
    std::string_view role_arn() const override { return parameters_.role_arn; }

    async::Task<Result<Done>> perform(const Job& job, Deadline deadline) const override {
        const auto problem = republish_topic_problem(job.text(parameters_.topic), topic_bounds_);
        if (problem) co_return fail(ErrorKind::InvalidInput, *problem);
        if (job.payload->size() > payload_bytes_max_) {
            co_return fail(ErrorKind::InvalidInput,
                           fmt::format("the result has {} bytes, and a message at most {}",
                                       job.payload->size(), payload_bytes_max_));
        }
        if (job.message->hops >= republish_hops_max) {
            co_return fail(ErrorKind::LimitExceeded,
                           fmt::format("rules republished the message {} times already: a loop "
                                       "is cut here",
                                       republish_hops_max));
        }
        Republication message{.tenant = job.rule->tenant,
                              .topic = resource(job),
                              .payload = *job.payload,
                              .qos = parameters_.qos,
                              .trace_id = job.message->trace_id,
                              .hops = static_cast<std::uint8_t>(job.message->hops + 1)};
        if (auto written = HeaderWriter(job).write(parameters_.headers, message); !written) {
            co_return fail(std::move(written.error()));
        }
        RoleNeed need{"iot:Publish", make_arn(job.rule->tenant, "iot", "topic/" + message.topic)};
        auto allowed = co_await roles_->check(job.rule, parameters_.role_arn, std::move(need));
        if (!allowed) co_return fail(std::move(allowed.error()));
        auto published = co_await broker_->publish(std::move(message), deadline);
        if (!published) co_return fail(std::move(published.error()));
        co_return Done{};
    }

private:
    static std::string_view topic_of(std::string_view text) {
        return text.starts_with("$$") ? text.substr(1) : text;
    }

    const RepublishParameters parameters_;
    BrokerDoor* const broker_;
    RoleDoor* const roles_;
    const std::size_t payload_bytes_max_;
    const mqtt::TopicBounds topic_bounds_;
};

RepublishHeaders headers_of(Parameters& parameters) {
    RepublishHeaders headers;
    auto inner = parameters.object("headers");
    if (!inner) return headers;
    headers.payload_format_indicator = inner->optional_text("payloadFormatIndicator");
    headers.content_type = inner->optional_text("contentType");
    headers.response_topic = inner->optional_text("responseTopic");
    headers.correlation_data = inner->optional_text("correlationData");
    headers.message_expiry = inner->optional_text("messageExpiry");
    for (Parameters& each : inner->objects("userProperties", 0, user_properties_max)) {
        Text key = each.text("key");
        headers.user_properties.push_back({std::move(key), each.text("value")});
    }
    return headers;
}

}  // namespace

Result<ActionPtr> make_republish_action(Parameters& parameters, const ActionParts& parts) {
    RepublishParameters made{.role_arn = parameters.role_arn(), .topic = parameters.text("topic")};
    const std::string_view constant =
        made.topic.is_constant() ? std::string_view(made.topic.constant()) : std::string_view();
    // Rules that are there already go on.
    if (parts.is_new && constant.starts_with('$') && !constant.starts_with("$$")) {
        parameters.refuse("topic",
                          "begins with '$'; topics of services are written with '$$', as "
                          "$$aws/things/THING/shadow/update");
    } else if (!constant.empty()) {
        auto problem = republish_topic_problem(constant, parts.topic_bounds);
        if (problem) parameters.refuse("topic", std::move(*problem));
    }
    made.qos = static_cast<mqtt::Qos>(parameters.number("qos", 0, 1, 0));
    made.headers = headers_of(parameters);
    if (auto read = parameters.finish(); !read) return fail(std::move(read.error()));
    return std::make_shared<RepublishAction>(std::move(made), parts);
}

}  // namespace gatehouse::rules
