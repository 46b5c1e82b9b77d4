// Connecting out, and one HTTP exchange over a stream. For the command line talking to its
// server, and for calls to endpoints elsewhere.
#pragma once

#include <memory>
#include <string>

#include "async/task.h"
#include "base/deadline.h"
#include "base/result.h"
#include "net/address.h"
#include "net/http.h"
#include "net/stream.h"

namespace gatehouse::net {

// Opens a TCP connection. Unavailable names the address and what the system said.
async::Task<Result<std::unique_ptr<Stream>>> connect_tcp(async::EventLoop& loop, Address address,
                                                         Deadline deadline);

// Sends a request and reads its response; Content-Length and Connection are added. Interim answers
// (1xx) are passed over. InvalidInput, with nothing sent: the method, the target or a header holds
// control characters, which would make it another request than the one asked for. The connection
// stays usable unless the response says close, as it also does where more came than an answer.
async::Task<Result<HttpResponse>> exchange_http(Stream& stream, HttpRequest request,
                                                std::size_t body_bytes_max, Deadline deadline);

}  // namespace gatehouse::net
