#include "rules/targets/kafka_properties.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/encoding.h"

namespace gatehouse::rules {
namespace {

constexpr std::size_t kafka_brokers_max = 100;
constexpr std::size_t kafka_property_bytes_max = 64UL * 1024;

struct KafkaProperty {
    std::string_view name;
    std::vector<std::string_view> values;  // empty: any
};

// Those that are taken.
const std::vector<KafkaProperty>& known_properties() {
    static const std::vector<KafkaProperty> known{
        {"acks", {"0", "1", "all"}},
        {"bootstrap.servers", {}},
        {"compression.type", {"none", "gzip", "snappy", "lz4", "zstd"}},
        {"key.serializer",
         {"StringSerializer", "org.apache.kafka.common.serialization.StringSerializer"}},
        {"sasl.mechanism", {"PLAIN", "SCRAM-SHA-512"}},
        {"sasl.plain.password", {}},
        {"sasl.plain.username", {}},
        {"sasl.scram.password", {}},
        {"sasl.scram.username", {}},
        {"security.protocol", {"PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"}},
        {"ssl.key.password", {}},
        {"ssl.keystore", {}},
        {"ssl.truststore", {}},
        {"value.serializer",
         {"ByteBufferSerializer", "org.apache.kafka.common.serialization.ByteBufferSerializer"}}};
    return known;
}

std::unexpected<Error> wrong_property(std::string_view name, std::string sentence,
                                      ErrorKind kind = ErrorKind::InvalidInput) {
    return fail(kind, std::move(sentence), {std::string(name), 0, 0});
}

// What AWS has, and is not done here.
std::optional<std::string> why_not_done(std::string_view name, std::string_view value) {
    if (name.starts_with("sasl.kerberos.") || (name == "sasl.mechanism" && value == "GSSAPI")) {
        return "is of Kerberos, which is not done here; use PLAIN or SCRAM-SHA-512";
    }
    if (name == "sasl.mechanism" && value == "AWS_MSK_IAM") {
        return "signs with a role's key for Amazon MSK, which is not done here; use PLAIN or "
               "SCRAM-SHA-512";
    }
    if (name == "ssl.truststore.password" || name == "ssl.keystore.password") {
        return "is of stores in JKS or PKCS #12, which are not read here; give the store as PEM, "
               "in base64";
    }
    return std::nullopt;
}

Result<void> check_property(std::string_view name, std::string_view value) {
    if (const auto why = why_not_done(name, value)) {
        return wrong_property(name, *why, ErrorKind::Unsupported);
    }
    const auto& known = known_properties();
    const auto found = std::ranges::find(known, name, &KafkaProperty::name);
    if (found == known.end()) {
        std::vector<std::string_view> names;
        for (const KafkaProperty& each : known) names.push_back(each.name);
        return wrong_property(name, fmt::format("is no client property that can be set; there are "
                                                "{}",
                                                fmt::join(names, ", ")));
    }
    if (value.empty()) return wrong_property(name, "is empty");
    if (value.size() > kafka_property_bytes_max) {
        return wrong_property(name, fmt::format("has over {} bytes", kafka_property_bytes_max));
    }
    if (std::ranges::any_of(value, [](char c) { return (c >= '\0' && c < ' ') || c == '\x7F'; })) {
        return wrong_property(name, "holds control characters");
    }
    if (!found->values.empty() && std::ranges::find(found->values, value) == found->values.end()) {
        return wrong_property(name,
                              fmt::format("has to be one of {}", fmt::join(found->values, ", ")));
    }
    return {};
}

bool is_port(std::string_view text) {
    unsigned port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    return error == std::errc() && end == text.data() + text.size() && port > 0 && port <= 65535;
}

// Nothing: it is not HOST:PORT.
std::optional<std::string> host_of_broker(std::string_view broker) {
    const auto colon = broker.rfind(':');
    if (colon == broker.npos || !is_port(broker.substr(colon + 1))) return std::nullopt;
    std::string_view host = broker.substr(0, colon);
    const bool is_bracketed = host.starts_with('[') && host.ends_with(']');
    if (is_bracketed) host = host.substr(1, host.size() - 2);
    if (host.empty() || (!is_bracketed && host.contains(':'))) return std::nullopt;
    if (host.find_first_of(" /@[]") != host.npos) return std::nullopt;
    return std::string(host);
}

class KafkaTermsMaker {
public:
    explicit KafkaTermsMaker(const KafkaProperties& properties) : properties_(properties) {}

    Result<KafkaTerms> make() {
        for (const auto& [name, value] : properties_) {
            if (auto checked = check_property(name, value); !checked) {
                return fail(std::move(checked.error()));
            }
        }
        protocol_ = value("security.protocol").value_or("SSL");
        terms_.is_encrypted = protocol_.ends_with("SSL");
        set("security.protocol", protocol_);
        set("acks", value("acks").value_or("1"));
        set("compression.type", value("compression.type").value_or("none"));
        for (const auto step :
             {&KafkaTermsMaker::brokers, &KafkaTermsMaker::sasl, &KafkaTermsMaker::tls}) {
            if (auto done = (this->*step)(); !done) return fail(std::move(done.error()));
        }
        std::ranges::sort(terms_.settings);
        return std::move(terms_);
    }

private:
    std::optional<std::string_view> value(std::string_view name) const {
        const auto found = properties_.find(name);
        if (found == properties_.end()) return std::nullopt;
        return found->second;
    }
    void set(std::string name, std::string_view value) {
        terms_.settings.emplace_back(std::move(name), value);
    }

    Result<void> brokers() {
        const auto servers = value("bootstrap.servers");
        if (!servers) return wrong_property("bootstrap.servers", "is missing");
        if (kafka_hosts_of(*servers).empty()) {
            return wrong_property("bootstrap.servers",
                                  fmt::format("has to list 1 to {} brokers as HOST:PORT, with "
                                              "commas between them",
                                              kafka_brokers_max));
        }
        set("bootstrap.servers", *servers);
        return {};
    }

    Result<void> sasl() {
        const auto mechanism = value("sasl.mechanism");
        if (!protocol_.starts_with("SASL_")) {
            for (const auto& [name, value] : properties_) {
                if (!name.starts_with("sasl.")) continue;
                return wrong_property(name, "has no effect unless security.protocol is SASL_SSL");
            }
            return {};
        }
        if (!mechanism) return wrong_property("sasl.mechanism", "is missing");
        const bool is_plain = *mechanism == "PLAIN";
        const std::string_view own = is_plain ? "sasl.plain." : "sasl.scram.";
        for (const auto& [name, value] : properties_) {
            if (name.starts_with(is_plain ? "sasl.scram." : "sasl.plain.")) {
                return wrong_property(
                    name, fmt::format("has no effect with sasl.mechanism {}", *mechanism));
            }
        }
        set("sasl.mechanisms", *mechanism);
        for (const char* const member : {"username", "password"}) {
            const std::string name = fmt::format("{}{}", own, member);
            const auto given = value(name);
            if (!given) return wrong_property(name, "is missing");
            set(fmt::format("sasl.{}", member), *given);
        }
        return {};
    }

    Result<std::string> pem_in(std::string_view name, std::string_view wanted) const {
        const auto bytes = from_base64(*value(name));
        std::string text = bytes ? std::string(bytes->begin(), bytes->end()) : "";
        if (text.contains("-----BEGIN CERTIFICATE-----") && text.contains(wanted)) return text;
        return wrong_property(
            name, wanted.empty() ? "has to be certificates in PEM, in base64; stores in JKS or "
                                   "PKCS #12 are not read here"
                                 : "has to be a certificate and its private key in PEM, in "
                                   "base64; stores in JKS or PKCS #12 are not read here");
    }

    Result<void> tls() {
        if (!terms_.is_encrypted) {
            for (const auto& [name, value] : properties_) {
                if (!name.starts_with("ssl.")) continue;
                return wrong_property(name, "has no effect without TLS");
            }
            return {};
        }
        if (value("ssl.truststore")) {
            auto pem = pem_in("ssl.truststore", "");
            if (!pem) return fail(std::move(pem.error()));
            set("ssl.ca.pem", *pem);
        }
        if (!value("ssl.keystore")) {
            if (!value("ssl.key.password")) return {};
            return wrong_property("ssl.key.password", "has no effect without ssl.keystore");
        }
        auto pem = pem_in("ssl.keystore", "PRIVATE KEY-----");
        if (!pem) return fail(std::move(pem.error()));
        set("ssl.certificate.pem", *pem);
        set("ssl.key.pem", *pem);
        if (const auto password = value("ssl.key.password")) set("ssl.key.password", *password);
        return {};
    }

    const KafkaProperties& properties_;
    std::string protocol_;
    KafkaTerms terms_;
};

}  // namespace

Result<KafkaTerms> kafka_terms_of(const KafkaProperties& properties) {
    return KafkaTermsMaker(properties).make();
}

std::vector<std::string> kafka_hosts_of(std::string_view bootstrap_servers) {
    std::vector<std::string> hosts;
    for (std::size_t at = 0; at <= bootstrap_servers.size();) {
        const auto comma = std::min(bootstrap_servers.find(',', at), bootstrap_servers.size());
        auto host = host_of_broker(bootstrap_servers.substr(at, comma - at));
        if (!host || hosts.size() == kafka_brokers_max) return {};
        hosts.push_back(std::move(*host));
        at = comma + 1;
    }
    return hosts;
}

}  // namespace gatehouse::rules
