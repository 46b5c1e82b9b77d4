// Someone who sees every publish before it is delivered: rules, services on reserved topics.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "base/result.h"
#include "base/tenant.h"
#include "broker/publication.h"

namespace gatehouse::broker {

class Publisher;
class Route;

enum class Disposition : std::uint8_t {
    Deliver,  // goes on to the subscribers
    Consume,  // is done with (Basic Ingest, requests to a service); nobody else gets it
    // Nobody gets it, and its publisher is told as where the disk takes nothing. Only of QoS 1 and
    // 2; of a last word, and of what somebody has from before a restart, only with Keeping::Fails.
    Refuse,
};

// Whether a listener's pledge of this message would get on disk.
enum class Keeping : std::uint8_t {
    Nothing,  // nothing is kept, or the message has QoS 0
    Works,
    Fails,  // not at the moment
};

// That the listener sees a message through, over restarts: the message is on disk before it is
// acknowledged, until Broker::release_pledge(), and is given back at the next start if that did not
// come. Where the acknowledgement is refused after all, the listener has the message all the same.
struct Pledge {
    std::uint64_t number = 0;  // each has its own
    Bytes context;             // comes back with it
};

struct ListenerAnswer {
    // NOLINTNEXTLINE(google-explicit-constructor): most answers are no more than that
    ListenerAnswer(Disposition disposition) : disposition(disposition) {}
    ListenerAnswer(Disposition disposition, Pledge pledge)
        : disposition(disposition), pledge(std::move(pledge)) {}

    Disposition disposition;
    std::optional<Pledge> pledge;  // only where Keeping::Works was said
};

// A message that was pledged before a restart. Views live as long as the call.
struct PledgedMessage {
    std::uint64_t number = 0;
    Tenant tenant;
    std::string_view topic;
    BytesView payload;
    BytesView properties;
    mqtt::Qos qos = mqtt::Qos::AtLeastOnce;
    BytesView context;
};

// Called on the publisher's loop, so from several threads if there are several loops, for
// everything that is published, by devices and by the server itself. Must not call back into the
// broker from within; post instead. There is no cost when a broker has no listener.
class PublishListener {
public:
    // What it finds out about the topic it may keep in `route.heard`.
    virtual ListenerAnswer on_publish(const Publisher& from, Route& route,
                                      const Publication& publication, Keeping keeping) = 0;
    // Whether it would care for a message on this topic: where nobody does, the server's own
    // events are not made. From any thread.
    virtual bool wants(const Tenant& tenant, std::string_view topic) const = 0;
    // What it pledged before a restart, by their numbers, during Broker::restore(). An error ends
    // that.
    virtual Result<void> on_restored(const PledgedMessage&) { return {}; }

protected:
    ~PublishListener() = default;
};

}  // namespace gatehouse::broker
