// Of a call, what the holder of the connections has to know.
#pragma once

#include <string>

#include "api/caller.h"
#include "api/data/connections.h"

namespace gatehouse::api::data {

inline ConnectionQuestion question_of(const Caller& caller, std::string client_id) {
    return {.asker = asker_of(caller), .client_id = std::move(client_id)};
}

}  // namespace gatehouse::api::data
