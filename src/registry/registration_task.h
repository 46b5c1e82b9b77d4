// A bulk registration: one device for each line of a file, by a template.
// Source: AWS IoT API Reference, StartThingRegistrationTask, DescribeThingRegistrationTask;
// Developer Guide, "Bulk registration".
#pragma once

#include <array>
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

struct NewRegistrationTask {
    std::string template_body;
    std::string bucket;
    std::string key;
    std::string role_arn;

    bool operator==(const NewRegistrationTask&) const = default;
};

// How far it is.
struct RegistrationProgress {
    RegistrationStatus status = RegistrationStatus::InProgress;
    std::string message;  // why it failed
    std::uint64_t succeeded = 0;
    std::uint64_t failed = 0;
    std::uint64_t skipped = 0;     // lines without anything
    std::uint64_t file_bytes = 0;  // 0: not looked at yet
    std::uint64_t done_bytes = 0;  // whole lines from the file's start

    std::uint64_t lines() const { return succeeded + failed + skipped; }
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
