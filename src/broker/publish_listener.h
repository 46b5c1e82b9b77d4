// Someone who sees every publish before it is delivered: rules, services on reserved topics.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/tenant.h"
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
    // What it finds out about the topic it may keep in `route.heard`.
    virtual Disposition on_publish(const Publisher& from, Route& route,
                                   const Publication& publication) = 0;
    // Whether it would care for a message on this topic: where nobody does, the server's own
    // events are not made. From any thread.
    virtual bool wants(const Tenant& tenant, std::string_view topic) const = 0;

protected:
    ~PublishListener() = default;
};

}  // namespace gatehouse::broker
