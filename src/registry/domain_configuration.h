// A domain configuration: a host name under which devices reach a tenant, with the certificate that
// is shown there, how clients prove who they are, and which protocol they speak.
// Source: AWS IoT API Reference, CreateDomainConfiguration, UpdateDomainConfiguration,
// DescribeDomainConfiguration; Developer Guide, "Domain configurations".
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/choice.h"
#include "base/clock.h"
#include "base/named.h"
#include "base/tenant.h"
#include "net/security_policy.h"
#include "registry/texts.h"

namespace gatehouse::registry {

using DomainConfigurationName = Named<std::string, struct DomainConfigurationNameTag>;

enum class DomainStatus : std::uint8_t { Enabled, Disabled };

enum class DomainType : std::uint8_t {
    Endpoint,         // one that every account has: "iot:Data-ATS"
    AwsManaged,       // its name was made up
    CustomerManaged,  // its name was given
};

// How clients prove who they are there. Default: as their port and ALPN say.
enum class DomainAuthentication : std::uint8_t {
    Default,
    AwsX509,
    CustomAuth,
    AwsSigV4,
    CustomAuthX509,
};

// What they speak there. Default: as their port and ALPN say.
enum class DomainProtocol : std::uint8_t { Default, SecureMqtt, MqttWss, Https };

struct DomainAuthorizer {
    std::string default_name;  // empty: none
    bool may_be_overridden = false;

    bool operator==(const DomainAuthorizer&) const = default;
};

// Whether the response of an OCSP responder is stapled in handshakes.
struct OcspConfig {
    bool enabled = false;
    std::string lambda_arn;     // that is asked in the responder's place; empty: none
    std::string responder_arn;  // of the certificate that signs; empty: the issuer's does

    bool operator==(const OcspConfig&) const = default;
};

struct DomainConfiguration {
    Tenant tenant;
    DomainConfigurationName name;  // [\w.-]{1,128}
    std::string id;                // the end of the ARN
    std::string domain_name;       // lower case, unique in the whole server
    DomainType type = DomainType::CustomerManaged;
    DomainStatus status = DomainStatus::Enabled;
    WallTime status_changed{};
    std::optional<DomainAuthorizer> authorizer;
    net::SecurityPolicy security_policy = net::SecurityPolicy::Tls13_1_2_2022_10;
    DomainAuthentication authentication = DomainAuthentication::Default;
    DomainProtocol protocol = DomainProtocol::Default;
    std::optional<OcspConfig> ocsp;
    // ARN of the function that is asked about clients' certificates; empty: none is.
    std::string client_certificate_callback;
    // Ids of imported certificates; empty: none.
    std::string server_certificate;
    std::string validation_certificate;
    Texts tags;
    WallTime created{};
    WallTime modified{};

    // arn:aws:iot:REGION:ACCOUNT:domainconfiguration/NAME/ID
    std::string arn() const;
    // Whether it says itself who clients are, whatever their port and ALPN.
    bool decides_authentication() const { return authentication != DomainAuthentication::Default; }
    // Whether clients show certificates there, whatever their port and ALPN.
    bool wants_certificate() const {
        return authentication == DomainAuthentication::AwsX509 ||
               authentication == DomainAuthentication::CustomAuthX509;
    }
    // Whether a client may sign with an access key (SigV4).
    bool takes_signatures() const {
        return !decides_authentication() || authentication == DomainAuthentication::AwsSigV4;
    }
    bool operator==(const DomainConfiguration&) const = default;
};

// What CreateDomainConfiguration is given.
struct NewDomainConfiguration {
    DomainConfigurationName name;
    std::string domain_name;  // empty: one is made up
    std::optional<DomainAuthorizer> authorizer;
    std::string security_policy;  // empty: AWS's default
    DomainAuthentication authentication = DomainAuthentication::Default;
    DomainProtocol protocol = DomainProtocol::Default;
    std::optional<OcspConfig> ocsp;
    std::string server_certificate_arn;       // empty: none
    std::string validation_certificate_arn;   // empty: none
    std::string client_certificate_callback;  // ARN of a function; empty: none
    Texts tags;
};

// What UpdateDomainConfiguration is given; absent members stay as they are.
struct DomainConfigurationChange {
    std::optional<DomainAuthorizer> authorizer;
    bool remove_authorizer = false;
    std::optional<DomainStatus> status;
    std::optional<std::string> security_policy;
    std::optional<DomainAuthentication> authentication;
    std::optional<DomainProtocol> protocol;
    std::optional<OcspConfig> ocsp;
    std::optional<std::string> client_certificate_callback;  // empty: none any more
};

}  // namespace gatehouse::registry

template <>
struct gatehouse::ChoiceNames<gatehouse::registry::DomainStatus> {
    static constexpr std::array<std::string_view, 2> names{"ENABLED", "DISABLED"};
};
template <>
struct gatehouse::ChoiceNames<gatehouse::registry::DomainType> {
    static constexpr std::array<std::string_view, 3> names{"ENDPOINT", "AWS_MANAGED",
                                                           "CUSTOMER_MANAGED"};
};
template <>
struct gatehouse::ChoiceNames<gatehouse::registry::DomainAuthentication> {
    static constexpr std::array<std::string_view, 5> names{"DEFAULT", "AWS_X509", "CUSTOM_AUTH",
                                                           "AWS_SIGV4", "CUSTOM_AUTH_X509"};
};
template <>
struct gatehouse::ChoiceNames<gatehouse::registry::DomainProtocol> {
    static constexpr std::array<std::string_view, 4> names{"DEFAULT", "SECURE_MQTT", "MQTT_WSS",
                                                           "HTTPS"};
};
