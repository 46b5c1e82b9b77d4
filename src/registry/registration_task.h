// A bulk registration: one device for each line of a file, by a template.
// Source: AWS IoT API Reference, StartThingRegistrationTask, DescribeThingRegistrationTask;
// Developer Guide, "Bulk registration"; service quotas, "Bulk thing registration": a line has at
// most 256 KiB, tasks end after 30 days, and are kept for 30 days more.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/choice.h"
#include "base/clock.h"
#include "base/named.h"
#include "base/tenant.h"

namespace gatehouse::registry {

using RegistrationTaskId = Named<std::string, struct RegistrationTaskIdTag>;  // a UUID

enum class RegistrationStatus : std::uint8_t { InProgress, Completed, Failed, Cancelled };
// What lines came to.
enum class RegistrationReport : std::uint8_t { Errors, Results };

// Of one page of a report, which is one file to fetch; ours.
inline constexpr std::size_t report_lines_max = 1000;
inline constexpr std::size_t report_bytes_max = 1024 * 1024;
// AWS's ErrorMessage.
inline constexpr std::size_t task_message_bytes_max = 2048;

// What is longer is cut off, between characters.
std::string as_task_message(std::string text);

struct NewRegistrationTask {
    std::string template_body;
    std::string bucket;
    std::string key;
    std::string role_arn;

    bool operator==(const NewRegistrationTask&) const = default;
};

// How much a report holds so far.
struct ReportExtent {
    std::uint64_t lines = 0;
    // Each is within report_lines_max and report_bytes_max; a line over that has one of its own.
    std::uint64_t pages = 0;
    std::uint64_t last_lines = 0;  // of the last page
    std::uint64_t last_bytes = 0;

    // One more line: on the last page where it has room, else on another one.
    void add(std::size_t line_bytes);
    bool operator==(const ReportExtent&) const = default;
};

// How far it is.
struct RegistrationProgress {
    RegistrationStatus status = RegistrationStatus::InProgress;
    std::string message;        // why it failed
    ReportExtent results;       // of lines that succeeded
    ReportExtent errors;        // of those that failed
    std::uint64_t skipped = 0;  // lines without anything
    std::uint64_t file_bytes = 0;
    std::string file_version;      // empty: not looked at yet
    std::uint64_t done_bytes = 0;  // whole lines from the file's start

    std::uint64_t lines() const { return results.lines + errors.lines + skipped; }
    const ReportExtent& report(RegistrationReport which) const {
        return which == RegistrationReport::Results ? results : errors;
    }
    ReportExtent& report(RegistrationReport which) {
        return which == RegistrationReport::Results ? results : errors;
    }
    bool has_read_all() const { return !file_version.empty() && done_bytes >= file_bytes; }
    std::uint32_t percent() const;
    bool operator==(const RegistrationProgress&) const = default;
};

struct RegistrationTask {
    Tenant tenant;
    RegistrationTaskId id;
    NewRegistrationTask wanted;
    RegistrationProgress progress;
    WallTime created{};
    WallTime modified{};

    bool operator==(const RegistrationTask&) const = default;
};

// What one line came to.
struct RegisteredLine {
    RegistrationReport report = RegistrationReport::Results;
    std::uint64_t bytes = 0;  // of the line, with its end
    std::string text;         // a JSON object, for the report
};

}  // namespace gatehouse::registry

template <>
struct gatehouse::ChoiceNames<gatehouse::registry::RegistrationStatus> {
    static constexpr std::array<std::string_view, 4> names{"InProgress", "Completed", "Failed",
                                                           "Cancelled"};
};
template <>
struct gatehouse::ChoiceNames<gatehouse::registry::RegistrationReport> {
    static constexpr std::array<std::string_view, 2> names{"ERRORS", "RESULTS"};
};
