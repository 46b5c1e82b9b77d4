#include "registry/domain_configuration_rules.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/arn.h"
#include "base/host_name.h"
#include "base/resource_tags.h"
#include "certificates/permitted_names.h"
#include "registry/function_arn.h"

namespace gatehouse::registry {
namespace {

// Whether clients can prove who they are so by what they speak.
Outcome<void> check_combination(const DomainConfiguration& configuration) {
    using enum DomainAuthentication;
    const DomainProtocol protocol = configuration.protocol;
    const auto cannot = [&](std::string_view why) {
        return refuse_field(
            "applicationProtocol",
            fmt::format("{} does not go with authenticationType {}: {}", name_of_choice(protocol),
                        name_of_choice(configuration.authentication), why));
    };
    switch (configuration.authentication) {
        case Default:
        case CustomAuth: return {};
        case AwsX509:
            if (protocol != DomainProtocol::MqttWss) return {};
            return cannot("client certificates are for SECURE_MQTT and HTTPS");
        case AwsSigV4:
            if (protocol != DomainProtocol::SecureMqtt) return {};
            return cannot("signatures are for MQTT_WSS and HTTPS");
        case CustomAuthX509:
            if (protocol == DomainProtocol::SecureMqtt || protocol == DomainProtocol::Https) {
                return {};
            }
            return cannot("it must be SECURE_MQTT or HTTPS");
    }
    return {};
}

// The API Reference wants both in the domain's own account and region.
Outcome<void> check_ocsp(const DomainConfiguration& configuration) {
    const OcspConfig& ocsp = *configuration.ocsp;
    const auto is_own = [&](std::string_view text, std::string_view service) {
        const auto arn = parse_arn(text);
        return arn && arn->service == service &&
               arn->region == configuration.tenant.region.view() &&
               arn->account == configuration.tenant.account.view();
    };
    constexpr std::string_view elsewhere = "it must be in this account and region";
    if (!ocsp.lambda_arn.empty()) {
        auto checked = check_function_arn(ocsp.lambda_arn, "ocspLambdaArn");
        if (!checked) return checked;
        if (!is_own(ocsp.lambda_arn, "lambda")) return refuse_field("ocspLambdaArn", elsewhere);
    }
    if (!ocsp.responder_arn.empty() && !is_own(ocsp.responder_arn, "acm")) {
        return refuse_field("ocspAuthorizedResponderArn", elsewhere);
    }
    return {};
}

// Nothing passes that would not happen: where no certificate has to be shown, none is asked about.
Outcome<void> check_callback(const DomainConfiguration& configuration) {
    constexpr std::string_view field = "clientCertificateCallbackArn";
    if (!configuration.wants_certificate()) {
        return refuse_field(field, fmt::format("it goes with authenticationType AWS_X509 or "
                                               "CUSTOM_AUTH_X509, not {}",
                                               name_of_choice(configuration.authentication)));
    }
    return check_function_arn(configuration.client_certificate_callback, field);
}

}  // namespace

Outcome<void> check_domain_configuration(const DomainConfiguration& configuration) {
    if (auto checked = check_combination(configuration); !checked) return checked;
    if (configuration.ocsp) {
        if (auto checked = check_ocsp(configuration); !checked) return checked;
    }
    if (!configuration.client_certificate_callback.empty()) {
        if (auto checked = check_callback(configuration); !checked) return checked;
    }
    if (const auto fault = tags_fault(configuration.tags)) {
        return refuse(Refusal::InvalidRequest, *fault, "tags");
    }
    return {};
}

Outcome<net::SecurityPolicy> security_policy_named(std::string_view name) {
    if (name.empty()) return net::SecurityPolicy::Tls13_1_2_2022_10;
    if (const auto policy = parse_choice<net::SecurityPolicy>(name)) return *policy;
    return refuse_field("securityPolicy",
                        fmt::format("'{}' is none of {}", name,
                                    fmt::join(all_choices<net::SecurityPolicy>(), ", ")));
}

Outcome<std::string> domain_name_of(std::string_view text) {
    std::string name = canonical_host_name(text);
    if (!certificates::is_dns_name(name) || !name.contains('.') ||
        certificates::is_ip_address(name)) {
        return refuse_field("domainName",
                            "it must be a whole host name: labels of letters, digits and "
                            "'-', with dots between them");
    }
    return name;
}

}  // namespace gatehouse::registry
