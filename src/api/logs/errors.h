// How CloudWatch Logs names failures.
#pragma once

#include "api/service.h"

namespace gatehouse::api::logs {

const ErrorTable& error_table();

// A failure of the log store. Some wrong input is a ValidationException, and the store says so.
std::unexpected<wire::Failure> failure_of(const Error& error);

}  // namespace gatehouse::api::logs
