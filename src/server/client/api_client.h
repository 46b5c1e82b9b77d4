// Calls of a running server's API, for commands: finds the server, signs, sends, and turns what
// comes back into values or sentences. The one place that knows how.
//
// Threads: one. Blocks until the answer or the deadline; not to be used on an event loop.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "base/result.h"
#include "net/http.h"
#include "server/arguments.h"
#include "server/credentials_file.h"
#include "server/environment.h"
#include "server/ready_file.h"

namespace gatehouse::server {

struct ApiCall {
    std::string service;  // the signing name: "iot", "lambda", "logs", "gatehouse"
    std::string method = "GET";
    std::string path = "/";                                  // percent-encoded; see path_of()
    std::vector<std::pair<std::string, std::string>> query;  // in clear
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
    std::chrono::seconds wait{30};
};

// An error with what the service calls it: "ResourceNotFoundException"; empty when no service
// answered at all.
struct ApiError {
    Error error;
    std::string code;
};

template <class T>
using Answer = std::expected<T, ApiError>;

class ApiClient {
public:
    // The server of --data-dir, GATEHOUSE_DATA_DIR or the default data directory, as its root user;
    // where its credentials file cannot be read, as AWS_ACCESS_KEY_ID says.
    static Result<ApiClient> find(const Arguments& arguments, const Environment& environment);

    // Whose key signs, and where it was found.
    struct Signer {
        AccessKey key;
        std::string session_token;  // empty for lasting keys
        std::string origin;
    };
    ApiClient(ReadyFile server, Signer signer);

    const ReadyFile& server() const { return server_; }

    // Status 200-299; everything else is an error.
    Answer<net::HttpResponse> send(const ApiCall& call) const;
    // The answer's JSON; null when its body is empty.
    Answer<json::value> call(const ApiCall& call) const;
    // JSON 1.1, as CloudWatch Logs speaks it.
    Answer<json::value> call_logs(std::string_view operation, const json::object& request) const;

private:
    Result<net::HttpRequest> signed_request(const ApiCall& call) const;

    ReadyFile server_;
    Signer signer_;
    SystemClock clock_;
};

// "/2015-03-31/functions/" + each part percent-encoded between slashes.
std::string path_of(std::string_view prefix, std::string_view name, std::string_view rest = "");

// What an error answer says: "Function not found: … (ResourceNotFoundException)".
ApiError error_of_answer(const net::HttpResponse& response);

}  // namespace gatehouse::server
