// Calling a function, as the rest of the server sees it.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "async/task.h"
#include "base/deadline.h"
#include "base/result.h"
#include "functions/function.h"
#include "logs/event_sink.h"

namespace gatehouse::functions {

using Payload = std::string;  // bytes; JSON text unless the function answered with raw bytes

struct FunctionRef {
    Tenant tenant;
    FunctionName name;
    Qualifier qualifier = {};
};

enum class LogTail : bool { Unwanted, Wanted };

struct InvokeOptions {
    // How long the caller waits.
    Deadline deadline = Deadline::never();
    // The function runs until its own timeout, as on AWS, or no longer than this, for callers whom
    // strangers make call. At least as long as the caller waits.
    std::optional<std::chrono::milliseconds> run_max;
    // On the caller's loop, when the caller has stopped waiting, and the function has begun and
    // fails afterwards, or runs for run_max.
    std::function<void()> on_late_failure;
    // Kept until the event has ended, or will never begin; dies on whatever loop.
    std::shared_ptr<const void> held;
    RequestId request_id;        // empty: one is made
    std::string trace_id;        // the caller's tracing header, see trace_header.h
    std::string client_context;  // JSON text, decoded; empty: none
    // What is cut out of everything the function prints while it serves this event, in each of
    // its usual written forms (see Scrubber).
    std::vector<std::string> secrets;
    LogTail log_tail = LogTail::Unwanted;
};

// Why a function gave no proper answer. The payload then holds the error body AWS would give.
enum class FunctionErrorKind : std::uint8_t {
    Raised,            // the handler raised, or posted an error
    InitFailed,        // the code could not be loaded
    Exited,            // the process ended in the middle
    TimedOut,          // over the function's own timeout
    OutOfMemory,       // over the function's memory size
    ResponseTooLarge,  // over response_bytes_max
};

enum class StartKind : std::uint8_t { Warm, Cold };

struct InvocationResult {
    Payload payload;
    std::optional<FunctionErrorKind> function_error;
    RequestId request_id;
    FunctionVersion executed_version{latest_version};
    StartKind start = StartKind::Warm;
    std::chrono::microseconds duration{};
    std::chrono::microseconds init_duration{};  // zero on a warm start
    std::uint32_t max_memory_mb = 0;
    std::string log_tail;  // the last 4 KiB, only when wanted
    std::string trace_id;  // as the function saw it
};

// Throttled: which bound was hit stands in Error::place.field, as the reason AWS gives in
// TooManyRequestsException ("ConcurrentInvocationLimitExceeded", …).
//
// Threads: invoke() may be started on any loop; it ends on the same one.
class FunctionInvoker {
public:
    virtual ~FunctionInvoker() = default;
    // What the function did, errors of its own included, is a value. The errors are: NotFound (no
    // such function, or not in that version), Throttled (a concurrency or queue bound, or
    // the caller's deadline passed while others' events were served), TooLarge (the event), Timeout
    // (the caller's deadline passed first), Unavailable (no instance can be started here),
    // Cancelled (the server is stopping).
    virtual async::Task<Result<InvocationResult>> invoke(FunctionRef function, Payload event,
                                                         InvokeOptions options) = 0;
};

struct FunctionCredentials {
    std::string access_key_id;
    std::string secret_access_key;
    std::string session_token;
};

// Gives each instance keys to call the server's API with, in the name of its function's role.
//
// Threads: any.
class CredentialIssuer {
public:
    virtual ~CredentialIssuer() = default;
    virtual Result<FunctionCredentials> issue(const Function& function) = 0;
};

// Where a function's log lines go.
//
// Threads: any; does not block.
class FunctionLogSink {
public:
    // Group "/aws/lambda/NAME", stream "2026/01/31/[$LATEST]0123…".
    using Stream = logs::StreamAddress;
    virtual ~FunctionLogSink() = default;
    // One line without its line feed; valid during the call.
    virtual void write(const std::shared_ptr<const Stream>& stream, WallTime time,
                       std::string_view line) = 0;
};

// The server's log as a sink for functions, which keeps lines with their end, as Lambda does.
class EventSinkFunctionLog final : public FunctionLogSink {
public:
    // The sink must outlive it.
    explicit EventSinkFunctionLog(logs::EventSink& sink) : sink_(sink) {}
    void write(const std::shared_ptr<const Stream>& stream, WallTime time,
               std::string_view line) override {
        sink_.append(stream, time, std::string(line).append(1, '\n'));
    }

private:
    logs::EventSink& sink_;
};

}  // namespace gatehouse::functions
