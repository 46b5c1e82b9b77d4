// OpenSSL's last error of this thread as text.
#pragma once

#include <string>

namespace gatehouse::net {

// Empties OpenSSL's error queue.
std::string openssl_error();

}  // namespace gatehouse::net
