// What an operation answers when it does not do what was asked.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace gatehouse::api::wire {

// One error of a service's model. The generated errors.h of each service declares them all.
struct ErrorShape {
    std::string_view name;  // "ResourceNotFoundException"
    unsigned status = 400;
    // The member that carries the sentence; services do not agree on its case.
    std::string_view message_key = "message";
    // Whether the body also says {"Type": "User" | "Service"}, as Lambda's does.
    bool has_type = false;
};

// A failure on its way to a response. Without a shape, the service's table chooses one by stage
// and kind.
struct Failure {
    enum class Stage : std::uint8_t {
        Malformed,   // the request could not be read: broken JSON, a text where a number belongs
        Constraint,  // it was read, and a value is outside what the model allows
        Handler,     // the operation refused or failed
    };

    // Implicit: handlers pass on the Result of whatever they call.
    Failure(Error what) : error(std::move(what)) {}  // NOLINT(google-explicit-constructor)
    Failure(Stage at, Error what) : stage(at), error(std::move(what)) {}

    Stage stage = Stage::Handler;
    Error error;
    const ErrorShape* shape = nullptr;
    // Further members of the body, texts only ("resourceArn").
    std::vector<std::pair<std::string, std::string>> members;
    std::vector<std::pair<std::string, std::string>> headers;
};

template <class T>
using Outcome = std::expected<T, Failure>;

// `return fail_as(errors::delete_conflict_exception, "...");`
[[nodiscard]] std::unexpected<Failure> fail_as(
    const ErrorShape& shape, std::string message,
    std::vector<std::pair<std::string, std::string>> members = {});

}  // namespace gatehouse::api::wire
