#include "rules/targets/declared_broker.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "mqtt/utf8.h"
#include "net/http_url.h"
#include "rules/targets/declared_object.h"

namespace gatehouse::rules {
namespace {

constexpr std::string_view encrypted_scheme = "mqtts://";
constexpr std::string_view plain_scheme = "mqtt://";
constexpr std::uint16_t encrypted_port = 8883;
constexpr std::uint16_t plain_port = 1883;

// "mqtts://HOST[:PORT]".
void read_broker_url(DeclaredObject& object, DeclaredMqttBroker& broker) {
    const std::string url = object.wanted_text("url");
    std::string_view rest = url;
    broker.is_encrypted = rest.starts_with(encrypted_scheme);
    if (!broker.is_encrypted && !rest.starts_with(plain_scheme)) {
        return object.refuse("url", "has to be mqtts://HOST:PORT, or mqtt://HOST:PORT");
    }
    rest.remove_prefix(broker.is_encrypted ? encrypted_scheme.size() : plain_scheme.size());
    if (rest.ends_with('/')) rest.remove_suffix(1);
    const auto authority =
        net::HttpUrl::parse(fmt::format("{}://{}", broker.is_encrypted ? "https" : "http", rest));
    if (!authority) return object.refuse("url", "cannot be used: " + authority.error().message);
    if (authority->target != "/") return object.refuse("url", "has to end with host and port");
    broker.host = authority->host;
    // The port of http is the one that nobody named, unless it stands there.
    const bool has_port = rest.ends_with(fmt::format(":{}", authority->port));
    const std::uint16_t usual = broker.is_encrypted ? encrypted_port : plain_port;
    broker.port = has_port ? authority->port : usual;
    if (!broker.is_encrypted && !object.truth("allowPlain") && !authority->is_loopback()) {
        object.refuse("url",
                      "leads to another machine without TLS, where everybody on the way reads "
                      "messages; use mqtts, or set allowPlain");
    }
}

void read_broker_files(DeclaredObject& object, DeclaredMqttBroker& broker,
                       const std::filesystem::path& around) {
    const auto file = [&](std::string_view name) -> std::filesystem::path {
        const std::string text = object.text(name);
        if (text.empty()) return {};
        if (!broker.is_encrypted) object.refuse(name, "has no effect without mqtts");
        return around / text;
    };
    broker.ca_file = file("caFile");
    broker.certificate_file = file("certificateFile");
    broker.private_key_file = file("privateKeyFile");
    if (broker.certificate_file.empty() != broker.private_key_file.empty()) {
        object.refuse(broker.certificate_file.empty() ? "certificateFile" : "privateKeyFile",
                      "is missing, which the other needs");
    }
}

Result<DeclaredMqttBroker> declared_mqtt_broker(const json::object& json, std::string path,
                                                const std::filesystem::path& around,
                                                const std::set<AccountId>& accounts) {
    DeclaredObject object(json, std::move(path));
    DeclaredMqttBroker made;
    read_broker_url(object, made);
    read_broker_files(object, made, around);
    if (const std::string version = object.text("version"); version == "3.1.1") {
        made.version = mqtt::ProtocolVersion::V3_1_1;
    } else if (!version.empty() && version != "5") {
        object.refuse("version", "has to be \"5\" or \"3.1.1\"");
    }
    made.client_id = object.text("clientId");
    if (object.has("userName")) made.user_name = object.wanted_text("userName");
    if (object.has("password")) made.password = object.wanted_text("password");
    if (made.password && !made.user_name) object.refuse("userName", "is missing");
    if (!mqtt::is_packet_text(made.client_id)) object.refuse("clientId", "cannot be one");
    if (made.user_name && !mqtt::is_packet_text(*made.user_name)) {
        object.refuse("userName", "cannot be one");
    }
    if (made.password && made.password->size() > mqtt::string_size_max) {
        object.refuse("password", "is longer than MQTT has it");
    }
    made.accounts = object.accounts(accounts);
    if (auto read = object.finish({"url", "version", "clientId", "userName", "password", "caFile",
                                   "certificateFile", "privateKeyFile", "allowPlain", "accounts"});
        !read) {
        return fail(std::move(read.error()));
    }
    return made;
}

}  // namespace

Result<DeclaredMqttBrokers> declared_mqtt_brokers(const json::value& value,
                                                  const std::filesystem::path& around,
                                                  const std::set<AccountId>& accounts) {
    DeclaredMqttBrokers brokers;
    auto read = read_named_targets(value, "mqttBrokers", brokers,
                                   [&](const json::object& object, const std::string& path) {
                                       return declared_mqtt_broker(object, path, around, accounts);
                                   });
    if (!read) return fail(std::move(read.error()));
    return brokers;
}

}  // namespace gatehouse::rules
