// For the conversation fuzzer: the client's end of a connection, which sends and reads as it is
// told and shows everything to its model.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "base/pinned.h"
#include "gateway/conversation/client_model.h"

namespace gatehouse::gateway {

class FuzzClient : Pinned {
public:
    // Takes over the descriptor.
    FuzzClient(int descriptor, MessageLedger& ledger, const Profile& profile, std::uint64_t number)
        : model(ledger, profile, number), descriptor_(descriptor) {}
    ~FuzzClient();

    // Behind what was not sent yet.
    void queue(BytesView bytes);
    // What is queued goes out up to this many bytes; the rest with the next exchange().
    void hold_after(std::size_t bytes) { at_once_ = bytes; }
    // Sends and reads what can be now. Whether anything moved.
    bool exchange();
    // Ends the client's half.
    void end_half();

    ClientModel model;
    bool reads = true;
    bool acknowledges = false;  // as a good client does

private:
    bool send();
    bool read();

    const int descriptor_;
    Bytes waiting_;
    std::size_t at_once_ = SIZE_MAX;
};

}  // namespace gatehouse::gateway
