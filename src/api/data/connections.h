// What the data plane needs of whoever holds the connections of devices.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "api/data/asker.h"
#include "api/data/message_publisher.h"
#include "async/task.h"
#include "base/deadline.h"
#include "base/result.h"

namespace gatehouse::api::data {

struct ConnectionState {
    bool is_connected = false;
    bool has_clean_session = true;
    std::string source_ip;
    std::uint16_t source_port = 0;
    // Of an open connection.
    std::string target_ip;
    std::uint16_t target_port = 0;
    std::uint32_t keep_alive_seconds = 0;
    std::int64_t connected_since = 0;     // milliseconds since 1970; 0: not known
    std::int64_t disconnected_since = 0;  // 0: it is connected, or not known
    std::string disconnect_reason;
    std::uint32_t session_expiry_seconds = 0;
};

struct SubscriptionOfSession {
    std::string filter;
    int qos = 0;
};

struct ConnectionQuestion {
    Asker asker;
    std::string client_id;
};

// Each: NotFound when the client has neither connection nor session.
class Connections {
public:
    enum class SessionFate : bool { Kept, Ended };
    enum class WillFate : bool { Published, Discarded };
    virtual async::Task<Result<void>> end(ConnectionQuestion question, SessionFate session,
                                          WillFate will) = 0;
    virtual async::Task<Result<ConnectionState>> find(ConnectionQuestion question) = 0;
    // All of them, in the order of their filters.
    virtual async::Task<Result<std::vector<SubscriptionOfSession>>> subscriptions(
        ConnectionQuestion question) = 0;
    // To this client alone, whatever it is subscribed to. With `confirmed_within`, done when it has
    // acknowledged it; Timeout: it did not. NotAllowed: its policies do not let it receive the
    // topic. Unavailable: it takes nothing at the moment.
    virtual async::Task<Result<void>> send(
        ConnectionQuestion question, Message message,
        std::optional<std::chrono::seconds> confirmed_within) = 0;

protected:
    ~Connections() = default;
};

}  // namespace gatehouse::api::data
