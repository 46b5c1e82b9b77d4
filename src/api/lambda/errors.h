// How AWS Lambda names failures.
#pragma once

#include "api/service.h"

namespace gatehouse::api::lambda {

const ErrorTable& error_table();

// A failure of the functions module. Some kinds have several names, told apart by their place.
std::unexpected<wire::Failure> failure_of(const Error& error);

}  // namespace gatehouse::api::lambda
