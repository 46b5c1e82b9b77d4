// Someone who sees every publish before it is delivered: rules, services on reserved topics.
#pragma once

#include <cstdint>

#include "broker/publication.h"

namespace gatehouse::broker {

class Publisher;
class Route;

enum class Disposition : std::uint8_t {
    Deliver,  // goes on to the subscribers
    Consume,  // is done with (Basic Ingest, requests to a service); nobody else gets it
};

// Called on the publisher's loop, so from several threads if there are several loops, for
// everything that is published, by devices and by the server itself. Must not call back into the
// broker from within; post instead. There is no cost when a broker has no listener.
class PublishListener {
public:
    virtual Disposition on_publish(const Publisher& from, const Route& route,
                                   const Publication& publication) = 0;

protected:
    ~PublishListener() = default;
};

}  // namespace gatehouse::broker
