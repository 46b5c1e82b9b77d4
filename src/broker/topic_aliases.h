// The topics that are sent to a client by number, since it said how many numbers it takes.
//
// The first topics of a connection get them and keep them: a device listens to few, and there is
// no telling which of many comes next.
//
// Threads: one loop.
//
// Source: MQTT 5 sections 3.1.2.11.5 and 3.3.2.3.4.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::broker {

class TopicAliases {
public:
    // Topics kept of one connection, in all.
    static constexpr std::size_t bytes_max = 8 * 1024;

    // `maximum`: the highest alias that may be used.
    explicit TopicAliases(std::uint16_t maximum) : maximum_(maximum) {}

    struct Choice {
        std::uint16_t alias = 0;  // 0: to be sent without
        bool is_known = false;    // the client knows it, so the topic may be left out
    };
    Choice choose(std::string_view topic) const;
    // A packet with the topic and the alias that choose() gave was sent.
    void note_sent(std::string_view topic);

private:
    std::vector<std::string> topics_;  // the alias is the index, counted from 1
    std::size_t bytes_ = 0;
    std::uint16_t maximum_;
};

}  // namespace gatehouse::broker
