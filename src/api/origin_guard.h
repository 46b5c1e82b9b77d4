// Keeps web pages out: a page in a browser on this machine must not reach the API by a name that
// resolves here (DNS rebinding) or from another origin.
//
// A Host is ours when it is an address literal (nothing was resolved, so nothing was rebound),
// localhost or a name under it, one of the endpoints or a name under one, or a name of the machine
// (nothing under it: a machine may be called like a top-level domain). A request
// with an Origin is a page's: it must come from the very host and port it asks.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/http.h"

namespace gatehouse::api {

class OriginGuard {
public:
    struct Names {
        std::vector<std::string> endpoints;
        std::vector<std::string> machine;
    };
    explicit OriginGuard(Names names);

    // Why the request is refused; empty when it is not.
    std::optional<std::string> objection(const net::HttpRequest& request) const;

private:
    bool is_ours(std::string_view host) const;
    Names names_;  // lower case
};

}  // namespace gatehouse::api
