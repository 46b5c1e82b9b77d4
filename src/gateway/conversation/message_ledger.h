// For the conversation fuzzer: what all clients together know of the messages, and what has to be
// true of their deliveries.
//
// Each message that a script publishes has a number in its payload, so that it is known wherever
// it turns up. What was published twice (raw bytes may say anything) is judged no more.
//
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>

#include "base/bytes.h"
#include "gateway/conversation/delivery_promises.h"
#include "mqtt/publish.h"
#include "mqtt/subscribe.h"

namespace gatehouse::gateway {

// Of messages that an administrator sends, for which nobody subscribes.
inline constexpr std::string_view direct_topic = "direct";

// What clients with one client id have in common.
struct ClientRecord {
    std::string client_id;
    std::set<std::string, std::less<>> filters;  // ever subscribed to, without "$share/NAME/"
    std::set<std::uint32_t> identifiers;         // Subscription Identifiers ever given
    bool uses_shares = false;
    std::set<MessageNumber> taken_as_new;          // delivered without DUP
    std::set<MessageNumber> completed;             // QoS 2: PUBREL came for it
    std::map<mqtt::PacketId, MessageNumber> held;  // QoS 2 to the client
    struct Unreleased {
        MessageNumber number;
        std::uint64_t connection;
    };
    std::map<mqtt::PacketId, Unreleased> unreleased;  // QoS 2 from the client
    // Likewise, how often the packet id was used before a PUBCOMP showed that it is free again.
    std::map<mqtt::PacketId, std::uint32_t> uses;
    std::uint64_t latest = 0;   // connection that sent a CONNECT
    bool is_latest_in = false;  // and read its CONNACK
    // The newest by publisher, topic and QoS as published and delivered.
    std::map<std::tuple<std::uint64_t, std::string, mqtt::Qos, mqtt::Qos>, MessageNumber> newest;
};

class MessageLedger {
public:
    explicit MessageLedger(const Profile& profile) : promises_(profile) {}

    // "m7;", filled up to a size.
    static std::string payload_of(MessageNumber number, std::size_t size);
    static std::optional<MessageNumber> number_in(BytesView payload);

    // Lives as long as the ledger.
    ClientRecord& record_of(std::string_view client_id);
    // The server began anew: what it sent before may come again as if it were new.
    void note_restart() {
        was_restarted_ = true;
        promises_.note_restart();
    }

    enum class Published : std::uint8_t { Anew, AsBefore };
    // `publisher`: the connection.
    void note_published(MessageNumber number, std::uint64_t publisher, mqtt::Qos qos,
                        Published how);
    void note_subscribed(ClientRecord& record, const mqtt::Subscribe& subscribe);

    // A connection of the client, as it reads: TakenOver, perhaps, and what it reads the server
    // sent before what a later one has read.
    enum class Reader : std::uint8_t { Latest, TakenOver };
    // A PUBLISH that a client read, its topic alias resolved.
    void check_delivery(ClientRecord& record, const mqtt::Publish& publish, std::string_view topic,
                        Reader reader);
    // A PUBREL that a client read.
    void note_released(ClientRecord& record, mqtt::PacketId id);

    DeliveryPromises& promises() { return promises_; }

private:
    struct Message {
        std::uint64_t publisher;
        mqtt::Qos qos;
        bool is_judged = true;  // published once, after those with lower numbers
    };

    const Message* judged(MessageNumber number) const;
    void check_is_subscribed(const ClientRecord& record, const mqtt::Publish& publish,
                             std::string_view topic) const;

    std::map<std::string, ClientRecord, std::less<>> records_;
    std::map<MessageNumber, Message> published_;
    std::map<std::uint64_t, MessageNumber> newest_;  // by publisher
    DeliveryPromises promises_;
    bool was_restarted_ = false;
};

}  // namespace gatehouse::gateway
