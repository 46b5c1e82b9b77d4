// Addresses under which something can be fetched without signing, for a while. An address says what
// and until when, and carries a proof that this server made it; a restart ends all of them.
//
// Threads: any.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/random.h"
#include "net/http.h"

namespace gatehouse::api {

class ExpiringLinks {
public:
    // `source` is who makes them, for who comes too late: "GetFunction". The clock must outlive it.
    ExpiringLinks(const Clock& clock, Random& random, std::chrono::minutes lifetime,
                  std::string_view source);

    // `origin`: "http://localhost:4566", as the caller reached this server. The path needs no
    // escapes.
    std::string link_to(std::string_view origin, std::string_view path) const;
    // 403 for an address that is over or was not made here.
    std::optional<net::HttpResponse> refusal_of(const net::HttpRequest& request) const;

    // A page for people.
    static net::HttpResponse refused(unsigned status, std::string sentence);

private:
    std::string proof_of(std::string_view path, std::string_view expires) const;

    const Clock& clock_;
    const std::chrono::minutes lifetime_;
    const std::string source_;
    std::string key_;  // secret
};

}  // namespace gatehouse::api
