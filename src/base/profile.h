// A profile: every limit and every point of behaviour in which the server can follow AWS IoT
// Core more or less closely, as one plain struct chosen by name. Each value can be overridden by
// a setting (`limits.*`, `behaviour.*`), so read the values, never the name.
//
//   aws         AWS IoT Core's limits and semantics, but it explains, lets a custom authorizer
//               in through every door, and only counts rates.
//   aws-strict  as documented or observed on AWS: silent closes, rules of doors, rates.
//   open        the freedom of the MQTT specification itself.
//
// Sources: AWS IoT Core endpoints and quotas (https://docs.aws.amazon.com/general/latest/gr/
// iot-core.html); AWS IoT Developer Guide, "MQTT" and "Custom authentication". What AWS does not
// document, or was only seen in the field, is marked "observed".
//
// Threads: plain data; immutable once the settings are read.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/choice.h"

namespace gatehouse {

enum class ProfileName : std::uint8_t { Aws, AwsStrict, Open };

// The value of a limit that does not limit.
inline constexpr std::uint32_t no_limit = 0xFFFF'FFFF;

// Counts, sizes and times. A value is the largest that is still accepted unless its name ends in
// `_min`.
struct Limits {
    // Names and packets
    std::uint32_t client_id_bytes_max = 128;
    std::uint32_t topic_bytes_max = 256;  // without `$aws/rules/RULE/` and `$share/NAME/`
    std::uint32_t topic_levels_max = 8;   // counted alike; AWS says "7 slashes"
    std::uint32_t share_name_characters_max = 128;
    std::uint32_t payload_bytes_max = 128 * 1024;
    std::uint32_t user_name_bytes_max = 8 * 1024;  // ours, for all profiles
    std::uint32_t password_bytes_max = 8 * 1024;   // ours, for all profiles

    // One connection
    std::uint32_t filters_per_subscribe_max = 8;
    std::uint32_t subscriptions_per_session_max = 50;
    std::uint32_t in_flight_inbound_max = 100;  // unacknowledged QoS > 0
    std::uint32_t in_flight_outbound_max = 100;
    std::uint32_t topic_alias_max = 8;
    std::uint32_t keep_alive_seconds_min = 30;
    std::uint32_t keep_alive_seconds_max = 1200;
    std::uint32_t keep_alive_seconds_when_zero = 1200;  // a client asks for 0; 0 here: none

    // Sessions and messages
    std::uint32_t session_expiry_seconds_311 = 3600;  // of every persistent 3.1 and 3.1.1 session
    std::uint32_t session_expiry_seconds_max = 3600;  // MQTT 5; larger requests are lowered
    std::uint32_t message_expiry_seconds_max = 604'800;
    std::uint32_t retry_seconds_max = 3600;             // an unacknowledged message is then dropped
    std::uint32_t session_queue_messages_max = 10'000;  // ours; AWS publishes no number
    std::uint32_t session_queue_bytes_max = 64 * 1024 * 1024;  // ours
    std::uint32_t queues_bytes_max = 1024 * 1024 * 1024;       // of all sessions together; ours
    std::uint32_t retained_messages_max = 500'000;
    std::uint32_t retained_bytes_max = 1024 * 1024 * 1024;  // ours

    // Rates, a second: over them, `Behaviour::rates` says what happens
    std::uint32_t connection_publishes_per_second_max = 100;  // in and out together
    std::uint32_t connection_bytes_per_second_max = 512 * 1024;
    std::uint32_t client_connects_per_second_max = 1;
    // To a session that was away, beside newer ones; where rates are throttled alone
    std::uint32_t stored_messages_per_second_max = 10;
    std::uint32_t shared_stored_messages_per_second_max = 20;  // of shared groups, to each member

    // Authorizers and policies
    std::uint32_t authorizers_max = 10;
    std::uint32_t authorizer_wait_ms = 5000;
    std::uint32_t authorizer_calls_max = 64;      // ours: at once, per authorizer
    std::uint32_t authorizer_waiting_max = 2048;  // ours: behind them
    std::uint32_t authorizer_documents_max = 10;
    std::uint32_t authorizer_interval_seconds_min = 300;  // refreshAfter, disconnectAfter
    std::uint32_t authorizer_interval_seconds_max = 86'400;
    std::uint32_t policy_characters_max = 2048;  // white space not counted
    std::uint32_t policy_versions_max = 5;
    std::uint32_t policies_per_principal_max = 10;

    bool operator==(const Limits&) const = default;
};

// CONNECT refused. Connack: return code 5 (3.1.1) or reason 0x87 (5), then close. Close: nothing
// is said. The 3.1.1 close is observed on AWS.
enum class ConnectRefusal : std::uint8_t { Connack, Close };
// Whether a client is told why: reason string with trace id in MQTT 5, sentence in HTTP bodies.
enum class Explanation : std::uint8_t { Given, Withheld };
// Publish denied by policy, MQTT 3.1 and 3.1.1.
enum class PublishDenial311 : std::uint8_t { Close, DropAndAcknowledge };
// Publish denied by policy, MQTT 5, QoS 0. Disconnect sends reason 0x87. Not confirmed on AWS.
enum class PublishDenial5Qos0 : std::uint8_t { Drop, Disconnect };
// Publish denied by policy, MQTT 5, QoS 1. Puback carries 0x87 and the connection stays.
enum class PublishDenial5Qos1 : std::uint8_t { Puback, Disconnect };
// Subscribe denied by policy, 3.1 and 3.1.1 (MQTT 5 always gets 0x87 for that filter).
enum class SubscribeDenial311 : std::uint8_t { Suback, Close };
// Subscribing to reserved topics that are not served, MQTT 5. Suback carries 0x8F and the
// connection stays; Disconnect sends 0x8F. AWS: "can terminate the connection", and for `$SYS` it
// does.
enum class ReservedFilter5 : std::uint8_t { Suback, Disconnect };
// A feature of MQTT that AWS IoT Core does not have.
enum class Support : std::uint8_t { Refused, Allowed };
// A CONNECT of protocol level 3 (MQIsdp). Refused: CONNACK 1, then close.
enum class Mqtt31 : std::uint8_t { Refused, Close, Allowed };
// Which goodbyes of a client let its will go unpublished. NormalDisconnect: DISCONNECT with reason
// 0x00, as MQTT says [MQTT-3.1.2-10]. AnyGoodbye: every DISCONNECT but 0x04, and the WebSocket's
// Close frame, as AWS says; about 0x04 it says nothing.
enum class WillDiscard : std::uint8_t { AnyGoodbye, NormalDisconnect };
// The authorizer's function cannot be reached when a policy is due for refresh.
enum class RefreshFailure : std::uint8_t { KeepPolicy, Close };
// An authorizer's function does not permit iot.amazonaws.com to invoke it.
enum class MissingPermission : std::uint8_t { InvokeAndExplain, Refuse, Invoke };
// A client without any credentials.
enum class AnonymousClients : std::uint8_t { WhereAllowed, Never };
// What a rate over its limit does. Throttle: as AWS does (close, discard or delay).
enum class Rates : std::uint8_t { Counted, Throttled };
// Which authentication goes through which port and ALPN protocol. Every: any, and MQTT is
// recognised by its first bytes where no protocol was agreed on. AsAws: the Developer Guide's
// table, SNI included.
enum class DoorRules : std::uint8_t { Every, AsAws };
// Whether the filter `a/#` also matches the topic `a`, as MQTT says and AWS does not.
enum class ParentMatch : std::uint8_t { No, Yes };
// Which filters of a SUBSCRIBE are answered with retained messages.
enum class RetainedOnSubscribe : std::uint8_t { ExactFilters, AllFilters };
// Whether a session of MQTT 3.1.1 can be resumed with MQTT 5 and the other way round. AWS IoT
// Core: no (Developer Guide, "MQTT persistent sessions").
enum class CrossVersionResume : std::uint8_t { No, Yes };
// A message with a Message Expiry Interval of 0. AWS takes it for 1.
enum class ZeroExpiry : std::uint8_t { OneSecond, AtOnce };
// Something of MQTT of which AWS does not say that it follows it.
enum class Heed : std::uint8_t { Ignored, Honoured };
// A function asks for a runtime version that is not installed.
enum class RuntimeFallback : std::uint8_t { WarnAndUseInstalled, Refuse };

struct Behaviour {
    ConnectRefusal connect_refused_311 = ConnectRefusal::Connack;
    ConnectRefusal connect_refused_5 = ConnectRefusal::Connack;
    Explanation explanation = Explanation::Given;
    PublishDenial311 publish_denied_311 = PublishDenial311::Close;
    PublishDenial5Qos0 publish_denied_5_qos0 = PublishDenial5Qos0::Drop;
    PublishDenial5Qos1 publish_denied_5_qos1 = PublishDenial5Qos1::Puback;
    SubscribeDenial311 subscribe_denied_311 = SubscribeDenial311::Suback;
    ReservedFilter5 reserved_filter_5 = ReservedFilter5::Suback;
    Support qos_2 = Support::Refused;
    Support subscription_identifiers = Support::Refused;
    Mqtt31 mqtt_31 = Mqtt31::Refused;
    WillDiscard will_discard = WillDiscard::AnyGoodbye;
    RefreshFailure refresh_failure = RefreshFailure::KeepPolicy;
    MissingPermission missing_permission = MissingPermission::InvokeAndExplain;
    AnonymousClients anonymous_clients = AnonymousClients::WhereAllowed;
    Rates rates = Rates::Counted;
    DoorRules door_rules = DoorRules::Every;
    ParentMatch parent_match = ParentMatch::No;
    RetainedOnSubscribe retained_on_subscribe = RetainedOnSubscribe::ExactFilters;
    CrossVersionResume cross_version_resume = CrossVersionResume::No;
    ZeroExpiry zero_message_expiry = ZeroExpiry::OneSecond;
    // Not confirmed on AWS, these three.
    Support empty_client_id_311 = Support::Allowed;  // with clean session 1; MQTT 5 always may
    Heed will_delay = Heed::Honoured;
    Heed subscription_options = Heed::Honoured;  // No Local, Retain As Published, Retain Handling
    RuntimeFallback runtime_fallback = RuntimeFallback::WarnAndUseInstalled;

    bool operator==(const Behaviour&) const = default;
};

struct Profile {
    ProfileName name = ProfileName::Aws;  // where the values started from; for people only
    Limits limits;
    Behaviour behaviour;

    bool operator==(const Profile&) const = default;
};

// The values that a profile's name stands for.
Profile profile_named(ProfileName name);

template <>
struct ChoiceNames<ProfileName> {
    static constexpr std::array<std::string_view, 3> names{"aws", "aws-strict", "open"};
};
template <>
struct ChoiceNames<ConnectRefusal> {
    static constexpr std::array<std::string_view, 2> names{"connack", "close"};
};
template <>
struct ChoiceNames<Explanation> {
    static constexpr std::array<std::string_view, 2> names{"given", "withheld"};
};
template <>
struct ChoiceNames<PublishDenial311> {
    static constexpr std::array<std::string_view, 2> names{"close", "drop-and-acknowledge"};
};
template <>
struct ChoiceNames<PublishDenial5Qos0> {
    static constexpr std::array<std::string_view, 2> names{"drop", "disconnect"};
};
template <>
struct ChoiceNames<PublishDenial5Qos1> {
    static constexpr std::array<std::string_view, 2> names{"puback", "disconnect"};
};
template <>
struct ChoiceNames<SubscribeDenial311> {
    static constexpr std::array<std::string_view, 2> names{"suback", "close"};
};
template <>
struct ChoiceNames<ReservedFilter5> {
    static constexpr std::array<std::string_view, 2> names{"suback", "disconnect"};
};
template <>
struct ChoiceNames<Support> {
    static constexpr std::array<std::string_view, 2> names{"refused", "allowed"};
};
template <>
struct ChoiceNames<Mqtt31> {
    static constexpr std::array<std::string_view, 3> names{"refused", "close", "allowed"};
};
template <>
struct ChoiceNames<WillDiscard> {
    static constexpr std::array<std::string_view, 2> names{"any-goodbye", "normal-disconnect"};
};
template <>
struct ChoiceNames<RefreshFailure> {
    static constexpr std::array<std::string_view, 2> names{"keep-policy", "close"};
};
template <>
struct ChoiceNames<MissingPermission> {
    static constexpr std::array<std::string_view, 3> names{"invoke-and-explain", "refuse",
                                                           "invoke"};
};
template <>
struct ChoiceNames<AnonymousClients> {
    static constexpr std::array<std::string_view, 2> names{"where-allowed", "never"};
};
template <>
struct ChoiceNames<Rates> {
    static constexpr std::array<std::string_view, 2> names{"counted", "throttled"};
};
template <>
struct ChoiceNames<DoorRules> {
    static constexpr std::array<std::string_view, 2> names{"every", "as-aws"};
};
template <>
struct ChoiceNames<ParentMatch> {
    static constexpr std::array<std::string_view, 2> names{"no", "yes"};
};
template <>
struct ChoiceNames<RetainedOnSubscribe> {
    static constexpr std::array<std::string_view, 2> names{"exact-filters", "all-filters"};
};
template <>
struct ChoiceNames<CrossVersionResume> {
    static constexpr std::array<std::string_view, 2> names{"no", "yes"};
};
template <>
struct ChoiceNames<ZeroExpiry> {
    static constexpr std::array<std::string_view, 2> names{"one-second", "at-once"};
};
template <>
struct ChoiceNames<Heed> {
    static constexpr std::array<std::string_view, 2> names{"ignored", "honoured"};
};
template <>
struct ChoiceNames<RuntimeFallback> {
    static constexpr std::array<std::string_view, 2> names{"warn-and-use-installed", "refuse"};
};

}  // namespace gatehouse
