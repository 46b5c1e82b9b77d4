// What messages.db holds, row by row, as its writer and reader pass it along. The store knows
// nothing of what the rows mean; the broker does.
//
// All texts and bytes are views: of the caller when written, of the database for the length of a
// call when read. Times are milliseconds since 1970, 0: never.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "base/tenant.h"

namespace gatehouse::storage {

struct SessionRow {
    std::uint64_t id = 0;  // never used twice
    std::string_view account;
    std::string_view region;
    std::string_view client_id;
    std::uint8_t version = 0;
    std::uint32_t expiry_seconds = 0;
    std::int64_t disconnected_at = 0;  // 0: it has a connection
    BytesView will;                    // empty: none
    std::uint32_t attachment = 0;      // the number of its connection, or of its end
};

struct SubscriptionRow {
    std::uint64_t session = 0;
    std::string_view filter;
    std::uint32_t options = 0;
    std::uint32_t identifier = 0;
};

struct MessageRow {
    std::uint64_t id = 0;  // never used twice
    std::string_view topic;
    BytesView properties;
    BytesView payload;
    std::uint8_t qos = 0;
    bool retain = false;
    std::uint32_t expiry_at = 0;
    std::int64_t expires_at = 0;
};

// A message for a session: waiting, or sent and not acknowledged.
struct QueuedRow {
    std::uint64_t session = 0;
    std::uint64_t place = 0;    // the order within the session; never used twice there
    std::uint64_t message = 0;  // 0: not needed any more
    std::uint16_t packet_id = 0;
    std::uint8_t qos = 0;
    bool retain = false;
    bool is_received = false;  // QoS 2
    bool has_passed = false;   // it took its packet id before others that had waited longer
    std::string_view share;    // the shared subscription that it came by, or empty
};

// QoS 2: a packet id that the session's client used and did not release yet, and one part of those
// who have its message.
struct HeldRow {
    std::uint64_t session = 0;
    std::uint16_t packet_id = 0;
    std::uint64_t use = 0;    // of the packet id; the highest counts
    std::uint16_t loop = 0;   // the sessions of this event loop,
    std::uint16_t loops = 0;  // of so many,
    std::string_view share;   // or, if not empty, a member of this shared subscription
};

struct RetainedRow {
    std::string_view account;
    std::string_view region;
    std::string_view topic;
    BytesView properties;
    BytesView payload;  // empty: the topic has no retained message any more
    std::uint8_t qos = 0;
    std::uint32_t expiry_at = 0;
    std::int64_t expires_at = 0;
    std::int64_t retained_at = 0;
    std::uint64_t version = 0;  // of a topic's rows the highest counts, in whatever order they come
};

// A message that somebody who heard it promised to see through, and has not yet.
struct PledgeRow {
    std::uint64_t number = 0;  // each has its own
    std::string_view account;
    std::string_view region;
    std::string_view topic;
    BytesView properties;
    BytesView payload;
    std::uint8_t qos = 0;
    BytesView context;  // whatever that somebody wants to know again
};

}  // namespace gatehouse::storage
