// Asynchronous events as they lie in the resource store while they are not done with.
//
// An event is one record, and its payload as many as its size needs, so that a repetition writes
// little.
#pragma once

#include <vector>

#include "base/clock.h"
#include "functions/invoker.h"
#include "storage/resource_store.h"

namespace gatehouse::functions {

struct StoredEvent {
    FunctionRef function;
    RequestId request;
    std::string trace_id;
    Payload payload;
    WallTime taken{};
    WallTime next_try{};
    std::uint32_t failures = 0;   // of the function
    std::uint32_t throttles = 0;  // in a row; of the service
};

void put_payload(storage::Batch& batch, const StoredEvent& event);
// Everything but the payload, which is there.
void put_event(storage::Batch& batch, const StoredEvent& event);
// With its payload.
void remove_event(storage::Batch& batch, const StoredEvent& event);
// Corrupt, naming the event, when one does not read.
Result<std::vector<StoredEvent>> load_events(storage::ResourceStore& store);

}  // namespace gatehouse::functions
