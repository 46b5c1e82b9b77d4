// Requests that are signed with an access key (SigV4), by their headers or as a presigned address.
#pragma once

#include <memory>
#include <string_view>

#include "authentication/credentials.h"
#include "net/http.h"

namespace gatehouse::signature {
struct RequestView;
}

namespace gatehouse::authentication {

// Whether the request says so.
bool is_signed(const net::HttpHeaders& headers, std::string_view query);

// The request as signatures see it; a view.
signature::RequestView view_of(const HttpCredentials& http);

// Of what a client signed with, what is needed while it is connected: which access key, and no
// token, signature or password.
// Requires: the request is signed.
std::shared_ptr<const Credentials> kept_for_review(const Credentials& credentials);

}  // namespace gatehouse::authentication
