// How AWS Certificate Manager names failures.
#pragma once

#include "api/service.h"
#include "registry/refusal.h"

namespace gatehouse::api::acm {

const ErrorTable& error_table();

std::unexpected<wire::Failure> failure_of(const registry::Refused& refused);

}  // namespace gatehouse::api::acm
