// How AWS IoT names failures.
#pragma once

#include "api/service.h"
#include "registry/refusal.h"

namespace gatehouse::api::iot {

const ErrorTable& error_table();

// The registry refuses in the API's own words; this finds the exception of that name.
std::unexpected<wire::Failure> failure_of(const registry::Refused& refused);

}  // namespace gatehouse::api::iot
