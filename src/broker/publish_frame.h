// PUBLISH packets as a session's client gets them: which form, how large, written into place.
//
// Source: MQTT 3.1.1 and MQTT 5, section 3.3.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "broker/publication.h"
#include "mqtt/protocol.h"
#include "mqtt/publish.h"

namespace gatehouse::broker {

enum class Duplicate : std::uint8_t { No, Yes };

// What tells the encodings of one message apart.
struct FrameForm {
    mqtt::ProtocolVersion version = mqtt::ProtocolVersion::V3_1_1;
    mqtt::Qos qos = mqtt::Qos::AtMostOnce;
    Retain retain = Retain::No;
};

// One encoding of one message, measured and ready to be written. Views the publication.
class PublishFrame {
public:
    PublishFrame(FrameForm form, std::string_view topic, const Publication& publication)
        : publication_(publication),
          version_(form.version),
          parts_{.topic = topic,
                 .payload = publication.payload,
                 .properties = publication.properties,
                 .qos = form.qos,
                 .retain = form.retain == Retain::Yes},
          layout_(mqtt::publish_layout(form.version, parts_)) {}

    std::uint32_t size() const { return layout_.size; }
    std::uint32_t packet_id_at() const { return layout_.packet_id_at; }
    // Whether MQTT can express the packet at all (MQTT 5 section 2.1.4).
    bool is_expressible() const { return layout_.remaining_length <= mqtt::remaining_length_max; }

    // Writes size() bytes. The packet id counts for QoS > 0 only.
    void write(std::uint8_t* out, mqtt::PacketId packet_id, Duplicate duplicate = Duplicate::No) {
        parts_.packet_id = packet_id;
        parts_.dup = duplicate == Duplicate::Yes;
        mqtt::encode_publish(out, version_, parts_, layout_);
        if (version_ == mqtt::ProtocolVersion::V5 && publication_.expiry_seconds != never_expires) {
            mqtt::patch_message_expiry(out, layout_.properties_at + publication_.expiry_at,
                                       publication_.expiry_seconds);
        }
    }

private:
    const Publication& publication_;
    mqtt::ProtocolVersion version_;
    mqtt::PublishParts parts_;
    mqtt::PublishLayout layout_;
};

// The encodings of one message while it is handed to many receivers: each form is made once and
// then copied whole.
//
// Threads: one loop. Meant to be kept and reset for each message; its memory is used again.
class FrameCache {
public:
    struct Encoded {
        BytesView bytes;
        std::uint32_t packet_id_at = 0;  // where the packet id goes in a copy (QoS > 0)
    };

    // Forgets the previous message. The views must live until the next reset().
    void reset(std::string_view topic, const Publication& publication) {
        topic_ = topic;
        publication_ = &publication;
        made_ = 0;
    }
    Encoded get(FrameForm form) {
        const unsigned index = (form.version == mqtt::ProtocolVersion::V5 ? 1U : 0U) |
                               (form.qos != mqtt::Qos::AtMostOnce ? 2U : 0U) |
                               (form.retain == Retain::Yes ? 4U : 0U) |
                               (form.qos == mqtt::Qos::ExactlyOnce ? 8U : 0U);
        if ((made_ >> index & 1U) == 0) make(index, form);
        return {entries_[index].bytes, entries_[index].packet_id_at};
    }

private:
    struct Entry {
        Bytes bytes;
        std::uint32_t packet_id_at = 0;
    };

    void make(unsigned index, FrameForm form) {
        PublishFrame frame(form, topic_, *publication_);
        Entry& entry = entries_[index];
        entry.bytes.resize(frame.size());
        frame.write(entry.bytes.data(), mqtt::PacketId{0});
        entry.packet_id_at = frame.packet_id_at();
        made_ |= 1U << index;
    }

    std::string_view topic_;
    const Publication* publication_ = nullptr;
    unsigned made_ = 0;
    std::array<Entry, 16> entries_;
};

}  // namespace gatehouse::broker
