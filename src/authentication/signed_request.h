// Whether a request says that it is signed with an access key (SigV4), by its headers or as a
// presigned address.
#pragma once

#include <string_view>

#include "net/http.h"

namespace gatehouse::authentication {

bool is_signed(const net::HttpHeaders& headers, std::string_view query);

}  // namespace gatehouse::authentication
