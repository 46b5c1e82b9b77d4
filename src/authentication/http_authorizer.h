// The authorizer that is asked over HTTP: the event that a function would get is posted to a URL as
// JSON, and the same answer is expected. Status 200 carries an answer; 401 and 403 are a plain no;
// 408, 429 and 5xx mean that nobody could decide now; anything else, redirects included, is a
// failure.
//
// Threads: one loop.
#pragma once

#include <memory>
#include <string>

#include "async/task.h"
#include "base/deadline.h"
#include "functions/invoker.h"
#include "net/http_endpoint.h"

namespace gatehouse::authentication {

class HttpAuthorizer : Pinned {
public:
    explicit HttpAuthorizer(std::shared_ptr<net::HttpEndpoint> endpoint)
        : endpoint_(std::move(endpoint)) {}

    const net::HttpUrl& url() const { return endpoint_->url(); }

    // As FunctionInvoker::invoke().
    async::Task<Result<functions::InvocationResult>> ask(std::string event, Deadline deadline);

private:
    const std::shared_ptr<net::HttpEndpoint> endpoint_;
};

}  // namespace gatehouse::authentication
