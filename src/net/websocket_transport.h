// A WebSocket over another transport: what is read and written are the bytes that its binary frames
// carry. Pings are answered and Close frames exchanged within read() and write().
//
// Threads: as Transport.
#pragma once

#include <memory>

#include "net/transport.h"

namespace gatehouse::net {

// `initial`: what was read behind the handshake. `frame_bytes_max`: of a client's frame.
std::unique_ptr<Transport> make_websocket_transport(std::unique_ptr<Transport> inner,
                                                    BytesView initial,
                                                    std::uint64_t frame_bytes_max);

}  // namespace gatehouse::net
