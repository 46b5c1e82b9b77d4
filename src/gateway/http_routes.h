// What the HTTPS doors answer to requests that are neither MQTT nor a WebSocket.
#pragma once

#include <memory>

#include "base/random.h"
#include "net/http.h"

namespace gatehouse::gateway {

// Answers in the shape of AWS IoT's data plane: {"message": …, "traceId": …}.
// `random` must outlive it and serve any thread.
std::unique_ptr<net::Routes> make_http_routes(Random& random);

}  // namespace gatehouse::gateway
