// For the conversation fuzzer: one connection as its client sees it. It reads what the client
// sends, and from that knows what the server may say, and in the end has to have said.
//
// Source: MQTT 3.1.1 and MQTT 5 chapters 3 and 4.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/profile.h"
#include "gateway/conversation/message_ledger.h"
#include "mqtt/ack.h"
#include "mqtt/connack.h"
#include "mqtt/connect.h"
#include "mqtt/frame.h"
#include "mqtt/protocol.h"

namespace gatehouse::gateway {

class ClientModel {
public:
    // `number` is of the connection, from 1. Both outlive it.
    ClientModel(MessageLedger& ledger, const Profile& profile, std::uint64_t number)
        : ledger_(ledger), profile_(profile), number_(number) {}

    // These bytes went into the socket; these came out of it.
    void note_sent(BytesView bytes);
    void note_received(BytesView bytes);
    // The server closed its half.
    void note_end();

    // As CONNECT said, once it was sent.
    mqtt::ProtocolVersion version() const { return version_; }
    bool has_ended() const { return has_ended_; }

    // Acknowledgements that a good client would send next, each told once.
    std::vector<std::pair<mqtt::PacketType, mqtt::PacketId>> take_due() {
        return std::exchange(due_, {});
    }
    // The last PUBLISH with QoS 2 that was sent, as it would be repeated; empty: none was.
    const Bytes& last_exactly_once() const { return last_exactly_once_; }

    // The server has nothing left to do, and the client read everything.
    void expect_answered() const;
    // And it acknowledged everything.
    void expect_delivered();

private:
    // Fresh: no CONNECT yet. Refused: CONNACK with a failure. Over: DISCONNECT came.
    enum class Phase : std::uint8_t { Fresh, Connecting, Connected, Refused, Over };
    struct Sent {  // to this client, not acknowledged
        mqtt::Qos qos;
        bool is_received;  // PUBREC was sent
    };

    // From the client (client_model.cc)
    void take_sent(const mqtt::Frame& frame);
    void take_connect(const mqtt::Frame& frame);
    void take_sent_publish(const mqtt::Publish& publish, const mqtt::Frame& frame);
    MessageLedger::Published take_exactly_once(const mqtt::Publish& publish);
    void take_sent_ack(const mqtt::Ack& ack);
    void take_sent_subscribe(const mqtt::Subscribe& subscribe);
    void note_changing(std::string_view filter);
    void note_uncertain(mqtt::PacketId id);
    bool may_everything() const;

    // From the server (client_model_checks.cc)
    void check(const mqtt::Frame& frame);
    void check_connack(const mqtt::Connack& connack);
    void check_suback(const mqtt::Suback& suback);
    void check_publish(const mqtt::Publish& publish);
    void check_in_flight(const mqtt::Publish& publish);
    void check_ack(const mqtt::Ack& ack);
    void check_release(const mqtt::Ack& ack);
    void check_explanation(const mqtt::ReasonProperties& properties) const;
    std::string topic_of(const mqtt::Publish& publish);

    // No other connection of the client has sent a CONNECT since.
    bool is_latest() const { return record_->latest == number_; }
    bool is_v5() const { return version_ == mqtt::ProtocolVersion::V5; }

    MessageLedger& ledger_;
    const Profile& profile_;
    const std::uint64_t number_;
    Phase phase_ = Phase::Fresh;
    bool is_done_ = false;    // it sent DISCONNECT, or what the server has to end it for
    bool has_ended_ = false;  // the server closed
    Bytes sent_;              // the beginning of a packet
    Bytes received_;          // likewise

    mqtt::ProtocolVersion version_ = mqtt::ProtocolVersion::V3_1_1;
    std::optional<mqtt::ProtocolVersion> refused_in_;  // the CONNECT does not decode
    std::optional<mqtt::OwnedConnect> connect_;
    ClientRecord* record_ = nullptr;
    std::uint64_t follows_ = 0;  // connection whose session it gets, if any; 0: nobody knows
    bool is_resumed_ = false;    // or may be
    bool is_certain_ = false;    // it knows what its session is promised

    // What the server owes.
    struct AskedFilter {
        std::string filter;
        bool is_promise;  // what the server grants says who gets what
    };
    std::deque<std::pair<mqtt::PacketId, std::vector<AskedFilter>>> subscribes_;
    std::deque<std::pair<mqtt::PacketId, std::size_t>> unsubscribes_;  // with how many filters
    // With the message; of PUBREL, how often its packet id had been used.
    std::map<mqtt::PacketType, std::deque<std::pair<mqtt::PacketId, std::uint32_t>>> acks_;
    std::size_t pings_ = 0;

    std::map<mqtt::PacketId, Sent> in_flight_;
    std::set<mqtt::PacketId> uncertain_;  // acknowledged before they were seen
    std::set<mqtt::PacketId> released_again_;
    std::map<std::uint16_t, std::string> aliases_;
    std::vector<std::pair<mqtt::PacketType, mqtt::PacketId>> due_;
    Bytes last_exactly_once_;
};

}  // namespace gatehouse::gateway
