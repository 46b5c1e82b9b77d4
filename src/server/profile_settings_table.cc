#include "server/profile_settings_table.h"

namespace gatehouse::server {
namespace {

constexpr Bounds any_count{1, no_limit};
constexpr Bounds sixteen_bits{1, 0xFFFF};

template <auto Member>
Setting limit(std::string_view name, Bounds bounds, std::string_view help) {
    return with_default(number<&Settings::profile, &Profile::limits, Member>(name, bounds, help),
                        "the profile's");
}

template <auto Member>
Setting behaviour(std::string_view name, std::string_view help) {
    return with_default(choice<&Settings::profile, &Profile::behaviour, Member>(name, help),
                        "the profile's");
}

SettingTable packet_limits() {
    using L = Limits;
    constexpr std::uint64_t packet_max = 268'435'455;
    return {
        limit<&L::client_id_bytes_max>("limits.client-id-bytes-max", sixteen_bits,
                                       "Bytes of a client id."),
        limit<&L::topic_bytes_max>("limits.topic-bytes-max", sixteen_bits,
                                   "Bytes of a topic or filter."),
        limit<&L::topic_levels_max>(
            "limits.topic-levels-max", sixteen_bits,
            "Levels of a topic or filter; a filter has 128 at most in any case."),
        limit<&L::share_name_characters_max>("limits.share-name-characters-max", sixteen_bits,
                                             "Characters of the NAME in $share/NAME/."),
        limit<&L::payload_bytes_max>("limits.payload-bytes-max", {1, packet_max},
                                     "Bytes of a message."),
        limit<&L::user_name_bytes_max>("limits.user-name-bytes-max", sixteen_bits,
                                       "Bytes of the user name in CONNECT."),
        limit<&L::password_bytes_max>("limits.password-bytes-max", sixteen_bits,
                                      "Bytes of the password in CONNECT."),
        limit<&L::filters_per_subscribe_max>("limits.filters-per-subscribe-max", sixteen_bits,
                                             "Filters in one SUBSCRIBE."),
        limit<&L::subscriptions_per_session_max>("limits.subscriptions-per-session-max",
                                                 {1, 10'000'000}, "Subscriptions of a session."),
        limit<&L::in_flight_inbound_max>("limits.in-flight-inbound-max", sixteen_bits,
                                         "Unacknowledged messages from a client."),
        limit<&L::in_flight_outbound_max>("limits.in-flight-outbound-max", sixteen_bits,
                                          "Unacknowledged messages to a client."),
        limit<&L::topic_alias_max>("limits.topic-alias-max", {0, 0xFFFF},
                                   "Topic aliases of a connection, MQTT 5."),
        limit<&L::keep_alive_seconds_min>("limits.keep-alive-seconds-min", {0, 0xFFFF},
                                          "A shorter keep-alive is raised to this."),
        limit<&L::keep_alive_seconds_max>("limits.keep-alive-seconds-max", sixteen_bits,
                                          "A longer keep-alive is lowered to this."),
        limit<&L::keep_alive_seconds_when_zero>("limits.keep-alive-seconds-when-zero", {0, 0xFFFF},
                                                "The keep-alive of a client that asks for none; "
                                                "0: none."),
    };
}

SettingTable session_limits() {
    using L = Limits;
    return {
        limit<&L::session_expiry_seconds_311>("limits.session-expiry-seconds-311", any_count,
                                              "How long a 3.1.1 session outlives its connection."),
        limit<&L::session_expiry_seconds_max>("limits.session-expiry-seconds-max", any_count,
                                              "The longest session expiry, MQTT 5."),
        limit<&L::message_expiry_seconds_max>("limits.message-expiry-seconds-max", any_count,
                                              "The longest message expiry, MQTT 5."),
        limit<&L::retry_seconds_max>(
            "limits.retry-seconds-max", any_count,
            "How long a client may leave a message unacknowledged while it "
            "is connected; a later connection is not sent it again."),
        limit<&L::session_queue_messages_max>("limits.session-queue-messages-max", any_count,
                                              "Messages waiting in a session."),
        limit<&L::session_queue_bytes_max>("limits.session-queue-bytes-max", any_count,
                                           "Bytes of a session's messages, waiting and in "
                                           "flight; in flight, one message may be larger."),
        limit<&L::queues_bytes_max>("limits.queues-bytes-max", any_count,
                                    "The same of all sessions together; beside it, each client "
                                    "may have 64 KiB or one message in flight."),
        limit<&L::retained_messages_max>("limits.retained-messages-max", any_count,
                                         "Retained messages of an account."),
        limit<&L::retained_bytes_max>("limits.retained-bytes-max", any_count,
                                      "Their bytes, with what it takes to keep them."),
        limit<&L::connection_publishes_per_second_max>("limits.connection-publishes-per-second-max",
                                                       any_count,
                                                       "Messages of a connection, in and out."),
        limit<&L::connection_bytes_per_second_max>("limits.connection-bytes-per-second-max",
                                                   any_count, "Bytes of a connection."),
        limit<&L::client_connects_per_second_max>("limits.client-connects-per-second-max",
                                                  any_count, "Connects of one client id."),
        limit<&L::stored_messages_per_second_max>(
            "limits.stored-messages-per-second-max", any_count,
            "Messages that were stored while their session was away, held back in profile "
            "aws-strict."),
        limit<&L::shared_stored_messages_per_second_max>(
            "limits.shared-stored-messages-per-second-max", any_count,
            "The same of shared groups, to each member."),
    };
}

SettingTable access_limits() {
    using L = Limits;
    return {
        limit<&L::authorizers_max>("limits.authorizers-max", any_count,
                                   "Authorizers of an account and region."),
        limit<&L::authorizer_wait_ms>(
            "limits.authorizer-wait-ms", {1, 900'000},
            "How long an authorizer may take. A client that waited for its turn "
            "before is answered a second later at the latest."),
        limit<&L::authorizer_calls_max>("limits.authorizer-calls-max", {1, 65'535},
                                        "Calls of one authorizer's function at once; no more than "
                                        "a function may have instances."),
        limit<&L::authorizer_waiting_max>(
            "limits.authorizer-waiting-max", any_count,
            "Clients that may wait for their authorizer to be called."),
        limit<&L::authorizer_documents_max>("limits.authorizer-documents-max", {1, 100},
                                            "Policy documents in an authorizer's answer."),
        limit<&L::authorizer_interval_seconds_min>(
            "limits.authorizer-interval-seconds-min", any_count,
            "The least refreshAfterInSeconds and disconnectAfterInSeconds."),
        limit<&L::authorizer_interval_seconds_max>("limits.authorizer-interval-seconds-max",
                                                   any_count, "The most of both."),
        limit<&L::policy_characters_max>("limits.policy-characters-max", {1, 404'600},
                                         "Characters of a policy document without white space."),
        limit<&L::policy_versions_max>("limits.policy-versions-max", {1, 1000},
                                       "Versions of a policy."),
        limit<&L::policies_per_principal_max>("limits.policies-per-principal-max", {1, 1000},
                                              "Policies attached to one principal."),
    };
}

SettingTable behaviours() {
    using B = Behaviour;
    return {
        behaviour<&B::connect_refused_311>("behaviour.connect-refused-311",
                                           "CONNECT refused, MQTT 3.1 and 3.1.1."),
        behaviour<&B::connect_refused_5>("behaviour.connect-refused-5", "CONNECT refused, MQTT 5."),
        behaviour<&B::explanation>("behaviour.explanation", "Whether clients are told why."),
        behaviour<&B::publish_denied_311>("behaviour.publish-denied-311",
                                          "Publish denied, MQTT 3.1 and 3.1.1."),
        behaviour<&B::publish_denied_5_qos0>("behaviour.publish-denied-5-qos0",
                                             "Publish denied, MQTT 5, QoS 0."),
        behaviour<&B::publish_denied_5_qos1>("behaviour.publish-denied-5-qos1",
                                             "Publish denied, MQTT 5, QoS 1."),
        behaviour<&B::subscribe_denied_311>("behaviour.subscribe-denied-311",
                                            "Subscribe denied, MQTT 3.1 and 3.1.1."),
        behaviour<&B::reserved_filter_5>(
            "behaviour.reserved-filter-5",
            "Subscribing to reserved topics that are not served (`$SYS/…`), MQTT 5."),
        behaviour<&B::qos_2>("behaviour.qos-2", "QoS 2."),
        behaviour<&B::subscription_identifiers>("behaviour.subscription-identifiers",
                                                "Subscription identifiers, MQTT 5."),
        behaviour<&B::mqtt_31>("behaviour.mqtt-31", "CONNECT with MQTT 3.1."),
        behaviour<&B::will_discard>("behaviour.will-discard",
                                    "Which goodbyes of a client discard its will."),
        behaviour<&B::refresh_failure>("behaviour.refresh-failure",
                                       "The function is unavailable when a policy is refreshed."),
        behaviour<&B::missing_permission>("behaviour.missing-permission",
                                          "The function does not permit iot.amazonaws.com; one of "
                                          "another account is refused in any case."),
        behaviour<&B::anonymous_clients>("behaviour.anonymous-clients",
                                         "Clients without credentials."),
        behaviour<&B::rates>("behaviour.rates", "What a rate over its limit does."),
        behaviour<&B::door_rules>("behaviour.door-rules",
                                  "Which authentication goes through which port and ALPN "
                                  "protocol."),
        behaviour<&B::parent_match>("behaviour.parent-match",
                                    "Whether the filter a/# matches the topic a."),
        behaviour<&B::retained_on_subscribe>("behaviour.retained-on-subscribe",
                                             "Which filters bring retained messages."),
        behaviour<&B::cross_version_resume>("behaviour.cross-version-resume",
                                            "Whether MQTT 5 resumes a session of 3.1.1, and the "
                                            "other way round."),
        behaviour<&B::zero_message_expiry>("behaviour.zero-message-expiry",
                                           "When a message with an expiry interval of 0 expires, "
                                           "MQTT 5."),
        behaviour<&B::empty_client_id_311>("behaviour.empty-client-id-311",
                                           "An empty client id, MQTT 3.1.1."),
        behaviour<&B::will_delay>("behaviour.will-delay", "The Will Delay Interval, MQTT 5."),
        behaviour<&B::subscription_options>(
            "behaviour.subscription-options",
            "No Local, Retain As Published and Retain Handling, MQTT 5."),
        behaviour<&B::runtime_fallback>("behaviour.runtime-fallback",
                                        "A function's runtime version is not installed."),
    };
}

}  // namespace

SettingTable profile_settings() {
    SettingTable table;
    for (const auto part : {packet_limits, session_limits, access_limits, behaviours}) {
        SettingTable settings = part();
        table.insert(table.end(), std::make_move_iterator(settings.begin()),
                     std::make_move_iterator(settings.end()));
    }
    return table;
}

}  // namespace gatehouse::server
