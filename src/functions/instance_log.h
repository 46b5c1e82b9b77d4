// What one instance writes to its log stream: the platform's lines and its own output, in order.
//
// Source: AWS Lambda Developer Guide, "Using CloudWatch Logs with Lambda", "Log structure".
// Threads: one loop.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "functions/invoker.h"
#include "functions/scrubber.h"

namespace gatehouse::functions {

// "2026/01/31/[$LATEST]0123456789abcdef0123456789abcdef"; in a group that is not the function's
// own, with its name: "2026/01/31/NAME[$LATEST]0123456789abcdef0123456789abcdef".
std::string log_stream_name(WallTime start, const FunctionConfiguration& configuration,
                            std::string_view id_hex);

// Whole milliseconds, rounded up, as billed.
std::int64_t billed_ms(std::chrono::microseconds duration);
// "128.83 ms".
std::string milliseconds_text(std::chrono::microseconds duration);

struct Report {
    RequestId request_id;
    std::chrono::microseconds duration{};
    std::optional<std::chrono::microseconds> init_duration;  // on a cold start
    std::uint32_t memory_mb = 0;
    std::uint32_t max_memory_mb = 0;
    std::string status;      // empty, "timeout" or "error"
    std::string error_type;  // with status "error"
};
std::string report_line(const Report& report);

class InstanceLog {
public:
    // The sink and the clock must outlive it.
    InstanceLog(FunctionLogSink& sink, const Clock& clock,
                std::shared_ptr<const FunctionLogSink::Stream> stream);

    void init_start(const FunctionConfiguration& configuration);
    void init_report(std::chrono::microseconds duration, std::string_view phase,
                     std::string_view status, std::string_view error_type);
    // START. From here on output is scrubbed of the secrets and counted against its bound, and
    // the tail is kept if wanted.
    void begin(const RequestId& request, std::vector<std::string> secrets, LogTail tail);
    // END and REPORT.
    void end(const Report& report);
    // Output, in pieces of any size; lines are put together again.
    void output(std::string_view bytes);
    // An unfinished line is written as it is.
    void flush();
    // The event for which the instance was started and did not become ready: START, END and REPORT.
    // What the start printed stands between them in the tail.
    std::string tell_failed_start(const Report& report);

    std::string take_tail();
    // A line of the server's own about this instance.
    void platform(std::string_view line);

private:
    void line(std::string_view text);
    void write(std::string_view text);

    FunctionLogSink& sink_;
    const Clock& clock_;
    std::shared_ptr<const FunctionLogSink::Stream> stream_;
    FunctionVersion version_{latest_version};
    std::vector<std::string> secrets_;
    std::optional<Scrubber> scrubber_;  // of the secrets, once something was printed
    std::string partial_;
    std::size_t output_bytes_ = 0;
    LogTail tail_wanted_ = LogTail::Wanted;  // of the start, too
    std::string tail_;
};

}  // namespace gatehouse::functions
