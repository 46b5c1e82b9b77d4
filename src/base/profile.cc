#include "base/profile.h"

namespace gatehouse {
namespace {

Profile aws_strict() {
    Profile profile{.name = ProfileName::AwsStrict};
    profile.behaviour = {
        .connect_refused_311 = ConnectRefusal::Close,
        .connect_refused_5 = ConnectRefusal::Connack,
        .explanation = Explanation::Withheld,
        .publish_denied_311 = PublishDenial311::Close,
        .publish_denied_5_qos0 = PublishDenial5Qos0::Disconnect,
        .publish_denied_5_qos1 = PublishDenial5Qos1::Puback,
        .subscribe_denied_311 = SubscribeDenial311::Close,
        .reserved_filter_5 = ReservedFilter5::Disconnect,
        .qos_2 = Support::Refused,
        .subscription_identifiers = Support::Refused,
        .mqtt_31 = Mqtt31::Close,
        .will_discard = WillDiscard::AnyGoodbye,
        .refresh_failure = RefreshFailure::Close,
        .missing_permission = MissingPermission::Refuse,
        .anonymous_clients = AnonymousClients::Never,
        .rates = Rates::Throttled,
        .door_rules = DoorRules::AsAws,
        .parent_match = ParentMatch::No,
        .retained_on_subscribe = RetainedOnSubscribe::ExactFilters,
        .cross_version_resume = CrossVersionResume::No,
        .zero_message_expiry = ZeroExpiry::OneSecond,
        .empty_client_id_311 = Support::Allowed,
        .will_delay = Heed::Honoured,
        .subscription_options = Heed::Honoured,
        .runtime_fallback = RuntimeFallback::Refuse,
    };
    return profile;
}

// Where MQTT sets a bound by the width of a field, that bound; where AWS made one up, none.
Limits open_limits() {
    constexpr std::uint32_t sixteen_bits = 0xFFFF;
    return {
        .client_id_bytes_max = sixteen_bits,
        .topic_bytes_max = sixteen_bits,
        .topic_levels_max = sixteen_bits,
        .share_name_characters_max = sixteen_bits,
        .payload_bytes_max = 268'435'455,  // the largest Remaining Length, MQTT 5 section 1.5.5
        .filters_per_subscribe_max = sixteen_bits,
        .subscriptions_per_session_max = 100'000,
        .in_flight_inbound_max = sixteen_bits,
        .in_flight_outbound_max = sixteen_bits,
        .topic_alias_max = 64,  // each may hold a topic of 64 KiB, so the choice stays modest
        .keep_alive_seconds_min = 0,
        .keep_alive_seconds_max = sixteen_bits,
        .keep_alive_seconds_when_zero = 0,
        .session_expiry_seconds_311 = no_limit,
        .session_expiry_seconds_max = no_limit,
        .message_expiry_seconds_max = no_limit,
        .retry_seconds_max = no_limit,
        .retained_messages_max = no_limit,
        .connection_publishes_per_second_max = no_limit,
        .connection_bytes_per_second_max = no_limit,
        .client_connects_per_second_max = no_limit,
        .stored_messages_per_second_max = no_limit,
        .shared_stored_messages_per_second_max = no_limit,
        .authorizers_max = 1000,
        .authorizer_interval_seconds_min = 1,
    };
}

Profile open() {
    Profile profile{.name = ProfileName::Open, .limits = open_limits()};
    profile.behaviour.publish_denied_311 = PublishDenial311::DropAndAcknowledge;
    profile.behaviour.qos_2 = Support::Allowed;
    profile.behaviour.subscription_identifiers = Support::Allowed;
    profile.behaviour.mqtt_31 = Mqtt31::Allowed;
    profile.behaviour.will_discard = WillDiscard::NormalDisconnect;
    profile.behaviour.missing_permission = MissingPermission::Invoke;
    profile.behaviour.parent_match = ParentMatch::Yes;
    profile.behaviour.retained_on_subscribe = RetainedOnSubscribe::AllFilters;
    profile.behaviour.cross_version_resume = CrossVersionResume::Yes;
    profile.behaviour.zero_message_expiry = ZeroExpiry::AtOnce;
    return profile;
}

}  // namespace

Profile profile_named(ProfileName name) {
    switch (name) {
        case ProfileName::Aws: return Profile{};
        case ProfileName::AwsStrict: return aws_strict();
        case ProfileName::Open: return open();
    }
    return Profile{};
}

}  // namespace gatehouse
