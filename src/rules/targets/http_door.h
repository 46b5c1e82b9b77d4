// Posting to URLs that users chose. Implemented by whoever knows where requests may go.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "async/task.h"
#include "base/deadline.h"
#include "base/result.h"
#include "base/tenant.h"
#include "net/http.h"
#include "net/http_url.h"

namespace gatehouse::rules {

struct SigV4Terms {
    Region region;
    std::string service;  // "execute-api"
};

struct HttpPost {
    AccountId account;  // whose rules or destinations post it
    net::HttpUrl url;
    net::HttpHeaders headers;
    std::string body;
    std::optional<SigV4Terms> signing;
};

// Threads: may_sign() and may_reach() any; post() on the loop of actions.
class HttpDoor {
public:
    virtual ~HttpDoor() = default;

    // Whether rules of the account may have requests to the host signed; an empty host is not known
    // yet. NotAllowed says what the operator would have to declare.
    virtual Result<void> may_sign(const AccountId& account, const SigV4Terms& terms,
                                  std::string_view host) const = 0;
    // Whether requests may go to the URL, as far as it says itself: names are looked up when
    // something is sent. NotAllowed says what the operator would have to set.
    virtual Result<void> may_reach(const net::HttpUrl& url) const = 0;
    // Whatever status comes. NotAllowed: requests do not go there. Unavailable, Timeout: nobody is
    // there.
    virtual async::Task<Result<net::HttpResponse>> post(HttpPost post, Deadline deadline) = 0;
};

}  // namespace gatehouse::rules
