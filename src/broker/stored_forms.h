// How wills, subscription options and properties stand in messages.db. A form once released is read
// for ever.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "broker/attach.h"

namespace gatehouse::broker {

std::uint32_t subscription_word(const SubscriptionOptions& options);
// `identifier` stands beside the word.
SubscriptionOptions subscription_options(std::uint32_t word, std::uint32_t identifier);

// The properties of a stored message as they go on into packets, and where the bytes of its expiry
// stand in them (Publication). They are what was stored, unless no packet may carry it, which not
// every version asked before it stored: then only the expiry is left, made anew in `mended`.
struct GoodProperties {
    BytesView bytes;
    std::uint32_t expiry_at = 0;
};
GoodProperties good_properties(BytesView stored, std::uint32_t expiry_seconds,
                               std::uint32_t expiry_at, Bytes& mended);

// Without the permit: the server's next life makes another by the author (WillJudge).
Bytes encode_will(const Will& will);
// Null: it does not read back.
std::unique_ptr<Will> decode_will(BytesView form);

// The client ids of sessions without a name (journal.h): what no client can call itself, since
// MQTT's texts have no null character [MQTT-1.5.4-2]. `client_id` is whose session it was.
std::string nameless_client_id(std::uint64_t session, std::string_view client_id);
bool is_nameless(std::string_view client_id);
// Whose session it was; of any other client id, itself.
std::string_view original_client_id(std::string_view client_id);

}  // namespace gatehouse::broker
