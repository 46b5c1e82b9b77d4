// Functions whose code runs elsewhere: the runtime is "remote", and the handler is the URL that
// events are posted to, in the form of Lambda's Invoke as the Runtime Interface Emulator offers it
// (http://HOST:8080/2015-03-31/functions/function/invocations). In everything else they are
// functions like others: versions, aliases, permissions, timeout, concurrency, log.
//
// A URL leads as far as the network of functions reaches (functions.network).
//
// Source: AWS Lambda API reference, "Invoke"; the README of aws-lambda-runtime-interface-emulator.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "async/event_loop.h"
#include "base/random.h"
#include "functions/function.h"
#include "functions/instance_pool.h"
#include "functions/invoker.h"
#include "functions/settings.h"
#include "net/http_endpoint.h"
#include "net/name_lookups.h"

namespace gatehouse::functions {

inline constexpr std::string_view remote_runtime = "remote";

inline bool is_remote(const FunctionConfiguration& configuration) {
    return configuration.runtime == remote_runtime;
}
// InvalidInput: the handler of a remote function is no URL.
Result<void> check_remote(const FunctionConfiguration& configuration);

// Threads: invoke() on any loop; the work is done on the home loop, and close() there, too.
class RemoteInvoker final : public FunctionInvoker, Pinned {
public:
    // All outlive it. What is not remote is left to `local`.
    struct Parts {
        const FunctionLookup& functions;
        FunctionInvoker& local;
        async::EventLoop& home;
        net::NameLookups& lookups;
        FunctionLogSink& log;
        Random& random;
    };
    struct Settings {
        NetworkAccess network = NetworkAccess::Full;
        std::size_t calls_max = 1000;      // at once, per function, unless it reserves fewer
        std::size_t functions_max = 1000;  // whose connections are kept
    };
    RemoteInvoker(const Parts& parts, Settings settings) : parts_(parts), settings_(settings) {}
    ~RemoteInvoker() override;

    // Timeout: the caller's wait is over, and the request is given up.
    async::Task<Result<InvocationResult>> invoke(FunctionRef function, Payload event,
                                                 InvokeOptions options) override;

    // Requests under way fail with Cancelled, and later ones.
    void close();

private:
    struct Remote;
    using RemotePtr = std::shared_ptr<Remote>;

    async::Task<Result<InvocationResult>> invoke_here(FunctionSnapshot function, Payload event,
                                                      InvokeOptions options);
    Result<RemotePtr> remote_of(const Function& function);
    Result<net::HttpEndpointSettings> endpoint_settings(const Function& function);
    Result<InvocationResult> read_answer(const Result<net::HttpEndpoint::Answer>& answer,
                                         const Function& function, const RequestId& request,
                                         Deadline deadline, Deadline own_limit) const;
    void report(const Remote& remote, const Function& function,
                const Result<InvocationResult>& result, const RequestId& request,
                std::chrono::microseconds duration) const;

    const Parts parts_;
    const Settings settings_;
    std::map<std::string, RemotePtr> remotes_;  // by the ARN of the version and its revision
    std::shared_ptr<const net::TlsTrust> trust_;
    bool is_closed_ = false;
};

}  // namespace gatehouse::functions
