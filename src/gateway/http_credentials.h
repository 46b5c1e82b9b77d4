// The credentials provider as devices call it: GET /role-aliases/ALIAS/credentials, with a client
// certificate.
//
// Source: AWS IoT Developer Guide, "Authorizing direct calls to AWS services using AWS IoT Core
// credential provider".
//
// Threads: the loop of its connection.
#pragma once

#include <string_view>

#include "async/task.h"
#include "gateway/door.h"
#include "gateway/door_request.h"
#include "net/http.h"

namespace gatehouse::gateway {

class LoopGateway;

inline constexpr std::string_view role_aliases_path = "/role-aliases/";

// Of a request whose path begins with that. Always answers.
async::Task<net::HttpResponse> provide_credentials(LoopGateway& gateway, const Door& door,
                                                   DoorRequest asked);

}  // namespace gatehouse::gateway
