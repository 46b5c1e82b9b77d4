// How one message becomes the packet of one session: measured and encoded for it alone, copied from
// an encoding made for all sessions of that form, or with an alias for its topic.
//
// All three: construct, ask size(), write() once into as many bytes. Part of Delivery.
//
// Threads: one loop.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "broker/publish_frame.h"
#include "broker/session.h"
#include "mqtt/property.h"

namespace gatehouse::broker {

class OwnFrame {
public:
    OwnFrame(FrameCache&, Session&, FrameForm form, std::string_view topic,
             const Publication& publication)
        : frame_(form, topic, publication) {}
    std::size_t size() const { return frame_.size(); }
    void write(std::uint8_t* out, mqtt::PacketId packet_id, Duplicate duplicate = Duplicate::No) {
        frame_.write(out, packet_id, duplicate);
    }

private:
    PublishFrame frame_;
};

class SharedFrame {
public:
    SharedFrame(FrameCache& frames, Session&, FrameForm form, std::string_view, const Publication&)
        : encoded_(frames.get(form)), has_id_(form.qos != mqtt::Qos::AtMostOnce) {}
    std::size_t size() const { return encoded_.bytes.size(); }
    void write(std::uint8_t* out, mqtt::PacketId packet_id) const {
        std::memcpy(out, encoded_.bytes.data(), encoded_.bytes.size());
        if (has_id_) mqtt::patch_packet_id(out, encoded_.packet_id_at, packet_id);
    }

private:
    FrameCache::Encoded encoded_;
    bool has_id_;
};

// Requires: the session has aliases.
class AliasedFrame {
public:
    AliasedFrame(FrameCache&, Session& session, FrameForm form, std::string_view topic,
                 const Publication& publication)
        : aliases_(*session.aliases_), topic_(topic), aliased_(publication) {
        choice_ = aliases_.choose(topic);
        if (choice_.alias != 0) add_alias(publication);
        frame_.emplace(form, choice_.is_known ? std::string_view() : topic, aliased_);
        if (choice_.is_known || frame_->size() <= session.packet_bytes_max_) return;
        // It may fit without the alias.
        choice_ = {};
        aliased_ = publication;
        frame_.emplace(form, topic, aliased_);
    }
    AliasedFrame(const AliasedFrame&) = delete;
    AliasedFrame& operator=(const AliasedFrame&) = delete;

    std::size_t size() const { return frame_->size(); }
    void write(std::uint8_t* out, mqtt::PacketId packet_id, Duplicate duplicate = Duplicate::No) {
        frame_->write(out, packet_id, duplicate);
        if (choice_.alias != 0 && !choice_.is_known) aliases_.note_sent(topic_);
    }

private:
    void add_alias(const Publication& publication) {
        mqtt::PropertyWriter alias;
        alias.add(mqtt::PropertyId::TopicAlias, choice_.alias);
        aliased_.expiry_at += static_cast<std::uint32_t>(alias.bytes().size());
        properties_ = alias.take();
        properties_.insert(properties_.end(), publication.properties.begin(),
                           publication.properties.end());
        aliased_.properties = properties_;
    }

    TopicAliases& aliases_;
    std::string_view topic_;
    TopicAliases::Choice choice_;
    Bytes properties_;
    Publication aliased_;
    std::optional<PublishFrame> frame_;
};

}  // namespace gatehouse::broker
