// What the HTTPS doors answer to HTTP: 101 to a WebSocket, which then carries MQTT.
#pragma once

#include <memory>
#include <string_view>

#include "base/random.h"
#include "net/http.h"

namespace gatehouse::gateway {

// Answers in the shape of AWS IoT's data plane: {"message": …, "traceId": …}.
// `random` must outlive it and serve any thread.
std::unique_ptr<net::Routes> make_http_routes(Random& random);

// The answer to a request for MQTT over WebSocket: 101, or what is wrong with it.
net::HttpResponse answer_mqtt_websocket(const net::HttpRequest& request);
inline constexpr std::string_view mqtt_websocket_path = "/mqtt";

}  // namespace gatehouse::gateway
