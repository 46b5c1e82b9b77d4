// A connection on its way in, as seen by whoever drains the server.
//
// Threads: the loop that accepted the socket.
#pragma once

#include <cstdint>

namespace gatehouse::gateway {

class Entering {
public:
    enum class Stop : std::uint8_t {
        // Ends what waits for the peer. Who is being authenticated gets an answer yet.
        Politely,
        AtOnce,
    };
    virtual void stop(Stop how) = 0;

protected:
    ~Entering() = default;
};

}  // namespace gatehouse::gateway
