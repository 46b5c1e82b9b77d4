// A request at an HTTPS door, with what the door knows of it.
#pragma once

#include "gateway/domain.h"
#include "net/http.h"
#include "net/transport.h"

namespace gatehouse::gateway {

// The references are good while the request is served.
struct DoorRequest {
    const net::HttpRequest& request;
    const net::PeerFacts& peer;
    DomainPtr domain;  // of the name that it is for; null: none
};

}  // namespace gatehouse::gateway
