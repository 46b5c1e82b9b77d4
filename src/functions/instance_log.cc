#include "functions/instance_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "functions/limits.h"

namespace gatehouse::functions {
namespace {

constexpr std::size_t line_bytes_max = 256 * 1024;  // CloudWatch Logs: an event's size
// What one invocation may print before the rest is dropped; AWS has no such bound, a disk has.
constexpr std::size_t output_bytes_max = 16 * 1024 * 1024;

std::string start_line(const RequestId& request, const FunctionVersion& version) {
    return fmt::format("START RequestId: {} Version: {}", request.view(), version.view());
}

}  // namespace

std::string log_stream_name(WallTime start, const FunctionConfiguration& configuration,
                            std::string_view id_hex) {
    const std::string day = format_iso8601(start).substr(0, 10);
    const bool is_own_group = configuration.log_group == own_log_group(configuration.name);
    return fmt::format("{}/{}/{}/{}[{}]{}", day.substr(0, 4), day.substr(5, 2), day.substr(8, 2),
                       is_own_group ? std::string_view() : configuration.name.view(),
                       configuration.version.view(), id_hex);
}

std::int64_t billed_ms(std::chrono::microseconds duration) {
    return (duration.count() + 999) / 1000;
}

std::string milliseconds_text(std::chrono::microseconds duration) {
    return fmt::format("{:.2f} ms", static_cast<double>(duration.count()) / 1000.0);
}

std::string report_line(const Report& report) {
    const auto init = report.init_duration.value_or(std::chrono::microseconds(0));
    std::string text = fmt::format(
        "REPORT RequestId: {}\tDuration: {}\tBilled Duration: {} ms\tMemory Size: {} MB\t"
        "Max Memory Used: {} MB\t",
        report.request_id.view(), milliseconds_text(report.duration),
        billed_ms(report.duration + init), report.memory_mb, report.max_memory_mb);
    if (report.init_duration) {
        text += fmt::format("Init Duration: {}\t", milliseconds_text(*report.init_duration));
    }
    if (!report.status.empty()) text += fmt::format("Status: {}", report.status);
    if (!report.error_type.empty()) text += fmt::format("\tError Type: {}", report.error_type);
    return text;
}

InstanceLog::InstanceLog(FunctionLogSink& sink, const Clock& clock,
                         std::shared_ptr<const FunctionLogSink::Stream> stream)
    : sink_(sink), clock_(clock), stream_(std::move(stream)) {}

void InstanceLog::init_start(const FunctionConfiguration& configuration) {
    version_ = configuration.version;
    write(fmt::format("INIT_START Runtime Version: {}\tRuntime Version ARN: {}",
                      runtime_version(configuration.runtime), runtime_version_arn(configuration)));
}

void InstanceLog::init_report(std::chrono::microseconds duration, std::string_view phase,
                              std::string_view status, std::string_view error_type) {
    flush();
    std::string text = fmt::format("INIT_REPORT Init Duration: {}\tPhase: {}\tStatus: {}",
                                   milliseconds_text(duration), phase, status);
    if (!error_type.empty()) text += fmt::format("\tError Type: {}", error_type);
    write(text);
}

void InstanceLog::begin(const RequestId& request, std::vector<std::string> secrets, LogTail tail) {
    flush();
    secrets_ = std::move(secrets);
    scrubber_.reset();
    output_bytes_ = 0;
    tail_wanted_ = tail;
    tail_.clear();
    write(start_line(request, version_));
}

void InstanceLog::end(const Report& report) {
    flush();
    write(fmt::format("END RequestId: {}", report.request_id.view()));
    write(report_line(report));
}

std::string InstanceLog::tell_failed_start(const Report& report) {
    flush();
    const std::string start = std::exchange(tail_, {});
    write(start_line(report.request_id, version_));
    tail_ += start;
    end(report);
    return take_tail();
}

void InstanceLog::output(std::string_view bytes) {
    if (output_bytes_ >= output_bytes_max) return;
    if (output_bytes_ + bytes.size() >= output_bytes_max) {
        bytes = bytes.substr(0, output_bytes_max - output_bytes_);
        output_bytes_ = output_bytes_max;
    } else {
        output_bytes_ += bytes.size();
    }
    while (!bytes.empty()) {
        const auto feed = bytes.find('\n');
        const std::size_t room = line_bytes_max - partial_.size();
        const std::size_t length = std::min({feed, bytes.size(), room});
        if (partial_.empty() && feed != bytes.npos && feed <= room) {
            line(bytes.substr(0, length));
        } else {
            partial_ += bytes.substr(0, length);
            if (feed == length || partial_.size() == line_bytes_max) flush();
        }
        bytes.remove_prefix(length + (feed == length ? 1 : 0));
    }
    if (output_bytes_ == output_bytes_max) {
        flush();
        write(fmt::format("[gatehouse] this invocation has printed {} bytes; the rest is dropped",
                          output_bytes_max));
    }
}

void InstanceLog::flush() {
    if (partial_.empty()) return;
    const std::string text = std::exchange(partial_, {});
    line(text);
}

void InstanceLog::platform(std::string_view text) {
    flush();
    write(text);
}

std::string InstanceLog::take_tail() {
    tail_wanted_ = LogTail::Unwanted;
    return std::exchange(tail_, {});
}

void InstanceLog::line(std::string_view text) {
    if (text.empty()) return;  // an event of no characters cannot be stored
    // Made when it is needed: most functions print nothing.
    if (!scrubber_) scrubber_.emplace(secrets_);
    if (scrubber_->empty()) return write(text);
    write(scrubber_->scrub(text));
}

void InstanceLog::write(std::string_view text) {
    sink_.write(stream_, clock_.wall_now(), text);
    if (tail_wanted_ == LogTail::Unwanted) return;
    tail_ += text;
    tail_ += '\n';
    if (tail_.size() > log_tail_bytes_max) tail_.erase(0, tail_.size() - log_tail_bytes_max);
}

}  // namespace gatehouse::functions
