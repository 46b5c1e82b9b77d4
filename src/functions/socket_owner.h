// Who is at the other end of a TCP connection on this machine.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <vector>

#include "base/result.h"

namespace gatehouse::functions {

struct SocketOwner {
    uid_t user = 0;
    std::uint64_t inode = 0;
};

// The owner of the peer's socket. Asks the kernel for this one connection (sock_diag), or reads
// /proc/net/tcp where that is not offered. NotFound when the peer is already gone.
Result<SocketOwner> owner_of_peer(int connected_socket);

// Whether one of the processes holds the socket with this inode open.
bool holds_socket(const std::vector<pid_t>& processes, std::uint64_t inode);

// A process and everything it started that still lives, the process itself first. Children that
// lost their parent count where they were adopted.
std::vector<pid_t> process_tree(pid_t root);

// Resident memory of a process in bytes; 0 when it is gone.
std::uint64_t resident_bytes(pid_t process);

}  // namespace gatehouse::functions
