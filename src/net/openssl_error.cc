#include "net/openssl_error.h"

#include <openssl/err.h>

namespace gatehouse::net {

std::string openssl_error() {
    const unsigned long error = ERR_peek_last_error();
    ERR_clear_error();
    const char* const reason = ERR_reason_error_string(error);
    return reason != nullptr ? reason : "unknown error";
}

}  // namespace gatehouse::net
