// For the conversation fuzzer: messages that were acknowledged to their publisher, and who has to
// have them once all has come to rest.
//
// Only what is certain counts: subscriptions that were acknowledged, in sessions whose life was
// seen from the beginning, of clients that may receive everything and take packets of any size.
// Whatever makes it less than certain makes this forget.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/profile.h"
#include "mqtt/topic.h"

namespace gatehouse::gateway {

using MessageNumber = std::uint32_t;

class DeliveryPromises {
public:
    // Where queues are short or publishers are slowed, nothing is promised.
    explicit DeliveryPromises(const Profile& profile);

    // The session of the client id is another, or may have lost something.
    void forget(std::string_view client_id);
    void forget_all();
    // The server may have begun anew with an older session than the client's last.
    void note_restart() { sent_.clear(); }

    // With QoS 1 or 2.
    void note_subscribed(std::string_view client_id, std::string_view filter);
    // The options of the subscription, or its being there, are about to change.
    void note_changing(std::string_view client_id, std::string_view filter);

    // With QoS 1 or 2: it was sent, and then acknowledged.
    void note_published(MessageNumber number, std::string_view topic);
    void note_acknowledged(MessageNumber number);
    void note_delivered(std::string_view client_id, MessageNumber number);

    // The client reads and acknowledges, and nothing is left to do.
    void check(std::string_view client_id);

private:
    struct Client {
        std::uint32_t session = 0;
        std::set<std::string, std::less<>> filters;
        std::set<MessageNumber> owed;
        std::set<MessageNumber> delivered;  // in any session
    };
    Client& client(std::string_view client_id);

    const bool is_on_;
    const mqtt::MultiLevel multi_level_;
    std::map<std::string, Client, std::less<>> clients_;
    // Until it is acknowledged: who is to have it, in which session.
    std::map<MessageNumber, std::vector<std::pair<Client*, std::uint32_t>>> sent_;
};

}  // namespace gatehouse::gateway
