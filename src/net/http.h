// HTTP/1.1 messages as values, and what serves them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "async/task.h"
#include "base/deadline.h"
#include "net/transport.h"

namespace gatehouse::net {

// Header fields in the order received. Names compare without case; values are kept as sent,
// trimmed.
class HttpHeaders {
public:
    using Field = std::pair<std::string, std::string>;

    void add(std::string name, std::string value) {
        fields_.emplace_back(std::move(name), std::move(value));
    }
    // Replaces all fields of that name.
    void set(std::string_view name, std::string value);
    // The first field of that name.
    std::optional<std::string_view> find(std::string_view name) const;
    const std::vector<Field>& fields() const { return fields_; }

private:
    std::vector<Field> fields_;
};

struct HttpRequest {
    std::string method;     // "GET"
    std::string target;     // as sent, percent-encoding untouched: "/things/a%2Fb?maxResults=10"
    std::string path;       // the target up to '?', still encoded
    std::string query;      // the target after '?', still encoded; empty when absent
    unsigned version = 11;  // 10 or 11
    HttpHeaders headers;
    std::string body;
};

struct HttpResponse {
    unsigned status = 200;
    HttpHeaders headers;
    std::string body;
    bool close = false;  // end the connection after this response
};

// Serves requests of one listener. `gateway` and `api` each offer one; `server` composes them.
//
// Threads: handle() runs on the connection's loop; implementations are shared by all loops.
class Routes {
public:
    virtual ~Routes() = default;
    // The deadline is the connection's for one request. Always answers; never throws.
    virtual async::Task<HttpResponse> handle(HttpRequest request, const PeerFacts& peer,
                                             Deadline deadline) = 0;
    // The answer to what never became a request: see http_server.h. Plain text, unless the service
    // has a form for its errors.
    virtual HttpResponse refuse_request(unsigned status, std::string sentence) const;
};

std::string_view reason_phrase(unsigned status);

}  // namespace gatehouse::net
