// How wills and subscription options stand in messages.db. A form once released is read for ever.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "base/bytes.h"
#include "broker/attach.h"

namespace gatehouse::broker {

std::uint32_t subscription_word(const SubscriptionOptions& options);
// `identifier` stands beside the word.
SubscriptionOptions subscription_options(std::uint32_t word, std::uint32_t identifier);

// Without the permit: who may be asked lives no longer than the connection.
Bytes encode_will(const Will& will);
// Null: it does not read back.
std::unique_ptr<Will> decode_will(BytesView form);

}  // namespace gatehouse::broker
