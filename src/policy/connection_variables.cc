#include "policy/connection_variables.h"

#include <fmt/format.h>

#include <algorithm>

namespace gatehouse::policy {
namespace {

constexpr std::size_t certificate_values_max = 5;
constexpr std::size_t certificate_value_bytes_max = 1024;

bool may_be_substituted(std::string_view value) {
    return value.size() <= certificate_value_bytes_max &&
           value.find_first_of("*$+?#") == value.npos;
}

std::string escaped(std::string_view value) {
    std::string text;
    for (const char c : value) {
        if (std::string_view(",\"\\+=<>;").contains(c)) text += '\\';
        text += c;
    }
    return text;
}

void add_certificate_name(Variables& variables, const std::string& name,
                          std::vector<std::string> values, std::vector<std::string>& available) {
    const std::string variable = "iot:Certificate." + name;
    values.resize(std::min(values.size(), certificate_values_max));
    std::vector<std::string> list;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const std::string indexed = i == 0 ? variable : fmt::format("{}.{}", variable, i);
        if (!may_be_substituted(values[i])) {
            variables.set_absent(
                indexed,
                "the certificate's value is longer than 1024 bytes or holds one of "
                "* $ + ? #, so it is not filled in");
            continue;
        }
        list.push_back(escaped(values[i]));
        variables.set(indexed, list.back());
        available.push_back(indexed);
    }
    for (std::size_t i = std::max<std::size_t>(values.size(), 1); i < certificate_values_max; ++i) {
        variables.set_absent(fmt::format("{}.{}", variable, i),
                             fmt::format("the certificate has {} of these values; .1 means the "
                                         "second",
                                         values.size()));
    }
    if (!list.empty()) variables.set(variable + ".List", std::move(list));
}

void add_certificate(Variables& variables, const CertificateFacts& certificate) {
    std::vector<std::string> available{"iot:CertificateId", "iot:Certificate.SerialNumber"};
    variables.set("iot:CertificateId", certificate.id);
    variables.set("iot:Certificate.SerialNumber", certificate.serial_number);
    for (const auto& [name, values] : certificate.names) {
        add_certificate_name(variables, name, values, available);
    }
    variables.set("iot:Certificate.AvailableKeys", std::move(available));
    variables.set_family_absent("iot:Certificate.", "the certificate has no such field");
}

void add_thing(Variables& variables, const ThingFacts& thing) {
    constexpr auto prefix = "iot:Connection.Thing.";
    variables.set(prefix + std::string("ThingName"), thing.name);
    variables.set("iot:Thing.ThingName", thing.name);
    variables.set(prefix + std::string("IsAttached"), "true");
    if (thing.type.empty()) {
        variables.set_absent(prefix + std::string("ThingTypeName"),
                             fmt::format("thing '{}' has no type", thing.name));
    } else {
        variables.set(prefix + std::string("ThingTypeName"), thing.type);
    }
    for (const auto& [name, value] : thing.attributes) {
        variables.set(fmt::format("{}Attributes[{}]", prefix, name), value);
    }
    variables.set_family_absent(fmt::format("{}Attributes[", prefix),
                                fmt::format("thing '{}' has no such attribute", thing.name));
}

}  // namespace

Variables connection_variables(const ConnectionFacts& facts) {
    Variables variables;
    if (facts.client_id) {
        variables.set("iot:ClientId", *facts.client_id);
    } else {
        variables.set_absent("iot:ClientId", "a request over HTTP has no client id");
    }
    variables.set("aws:SourceIp", facts.source_ip);
    if (facts.domain_name.empty()) {
        variables.set_absent("iot:DomainName", "the client sent no SNI host name");
    } else {
        variables.set("iot:DomainName", facts.domain_name);
    }
    if (facts.secure_transport) {
        variables.set("aws:SecureTransport", *facts.secure_transport ? "true" : "false");
    } else {
        variables.set_absent("aws:SecureTransport", "who ended TLS before us does not tell");
    }
    if (facts.thing) {
        add_thing(variables, *facts.thing);
    } else {
        const std::string because =
            facts.client_id ? facts.no_thing_because
                            : "things are known on MQTT connections only, not over HTTP";
        variables.set("iot:Connection.Thing.IsAttached", "false");
        variables.set_family_absent("iot:Connection.Thing.", because);
        variables.set_family_absent("iot:Thing.", because);
    }
    if (facts.certificate) {
        add_certificate(variables, *facts.certificate);
    } else {
        const std::string because = "the client presented no certificate";
        variables.set_family_absent("iot:Certificate.", because);
        variables.set_absent("iot:CertificateId", because);
    }
    return variables;
}

}  // namespace gatehouse::policy
