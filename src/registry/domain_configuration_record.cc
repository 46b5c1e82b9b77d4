#include "registry/domain_configuration_record.h"

#include <utility>

#include "base/arn.h"
#include "base/json.h"
#include "registry/record_reader.h"

namespace gatehouse::registry {
namespace {

template <class Enum>
Enum choice_in(RecordReader& reader, const char* member) {
    const auto choice = parse_choice<Enum>(reader.text(member));
    reader.note(choice.has_value());
    return choice.value_or(Enum{});
}

json::object to_object(const DomainAuthorizer& authorizer) {
    return {{"defaultName", authorizer.default_name},
            {"mayBeOverridden", authorizer.may_be_overridden}};
}

json::object to_object(const OcspConfig& ocsp) {
    return {{"enabled", ocsp.enabled},
            {"lambdaArn", ocsp.lambda_arn},
            {"responderArn", ocsp.responder_arn}};
}

// A member that need not be there, read by `read`.
template <class Read>
auto optional_in(const json::object& body, RecordReader& reader, const char* member, Read read)
    -> std::optional<decltype(read(std::declval<RecordReader&>()))> {
    const json::value* const value = body.if_contains(member);
    if (value == nullptr) return std::nullopt;
    if (!value->is_object()) {
        reader.note(false);
        return std::nullopt;
    }
    RecordReader inner(value->as_object());
    auto found = read(inner);
    reader.note(inner.is_whole());
    return found;
}

DomainAuthorizer read_authorizer(RecordReader& reader) {
    return {.default_name = reader.text("defaultName"),
            .may_be_overridden = reader.truth("mayBeOverridden")};
}

OcspConfig read_ocsp(RecordReader& reader) {
    return {.enabled = reader.truth("enabled"),
            .lambda_arn = reader.text("lambdaArn"),
            .responder_arn = reader.text("responderArn")};
}

}  // namespace

std::string DomainConfiguration::arn() const {
    std::string resource = std::string(domain_configuration_resource) + name.value();
    if (!id.empty()) resource += "/" + id;
    return make_arn(tenant, "iot", resource);
}

storage::RecordKey key_of(const Tenant& tenant, const DomainConfigurationName& name) {
    return {tenant, domain_configuration_kind, name.value()};
}

storage::RecordKey domain_name_key(std::string_view domain_name) {
    return {Tenant{AccountId(""), Region("")}, domain_name_kind, std::string(domain_name)};
}

std::string encode(const DomainConfiguration& configuration) {
    json::object body{
        {"id", configuration.id},
        {"domainName", configuration.domain_name},
        {"type", name_of_choice(configuration.type)},
        {"status", name_of_choice(configuration.status)},
        {"statusChanged", configuration.status_changed.time_since_epoch().count()},
        {"securityPolicy", name_of_choice(configuration.security_policy)},
        {"authentication", name_of_choice(configuration.authentication)},
        {"protocol", name_of_choice(configuration.protocol)},
        {"serverCertificate", configuration.server_certificate},
        {"validationCertificate", configuration.validation_certificate},
        {"tags", registry::to_object(configuration.tags)},
    };
    if (configuration.authorizer) body["authorizer"] = to_object(*configuration.authorizer);
    if (configuration.ocsp) body["ocsp"] = to_object(*configuration.ocsp);
    if (!configuration.client_certificate_callback.empty()) {
        body["clientCertificateCallback"] = configuration.client_certificate_callback;
    }
    return to_text(body);
}

Result<DomainConfiguration> decode_domain_configuration(const storage::Record& record) {
    const auto body = body_of(record, domain_configuration_words.what);
    if (!body) return fail(body.error());
    RecordReader reader(*body);
    DomainConfiguration configuration{
        .tenant = record.key.tenant,
        .name = DomainConfigurationName(record.key.name),
        .id = reader.text("id"),
        .domain_name = reader.text("domainName"),
        .type = choice_in<DomainType>(reader, "type"),
        .status = choice_in<DomainStatus>(reader, "status"),
        .status_changed = reader.time("statusChanged"),
        .authorizer = optional_in(*body, reader, "authorizer", read_authorizer),
        .security_policy = choice_in<net::SecurityPolicy>(reader, "securityPolicy"),
        .authentication = choice_in<DomainAuthentication>(reader, "authentication"),
        .protocol = choice_in<DomainProtocol>(reader, "protocol"),
        .ocsp = optional_in(*body, reader, "ocsp", read_ocsp),
        .client_certificate_callback = body->contains("clientCertificateCallback")
                                           ? reader.text("clientCertificateCallback")
                                           : std::string(),
        .server_certificate = reader.text("serverCertificate"),
        .validation_certificate = reader.text("validationCertificate"),
        .tags = reader.texts("tags"),
        .created = record.created,
        .modified = record.modified};
    if (!reader.is_whole()) return unreadable(record, domain_configuration_words.what);
    return configuration;
}

Result<void> complete_domain_arn(storage::ResourceStore& store, std::string& text) {
    const auto arn = parse_arn(text);
    constexpr std::string_view cut = "/*";
    if (!arn || arn->service != "iot" || !arn->resource.ends_with(cut) ||
        !arn->resource.starts_with(domain_configuration_resource)) {
        return {};
    }
    std::string name = arn->resource.substr(domain_configuration_resource.size());
    name.resize(name.size() - cut.size());
    if (name.empty() || name.size() > storage::name_bytes_max) return {};
    const Tenant tenant{AccountId(arn->account), Region(arn->region)};
    const auto record = store.get(key_of(tenant, DomainConfigurationName(name)));
    if (!record && record.error().kind == ErrorKind::NotFound) return {};
    if (!record) return fail(record.error());
    const auto configuration = decode_domain_configuration(*record);
    if (!configuration) return fail(configuration.error());
    text = configuration->arn();
    return {};
}

}  // namespace gatehouse::registry
