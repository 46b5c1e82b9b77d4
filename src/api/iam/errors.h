// How IAM names failures.
#pragma once

#include "api/service.h"

namespace gatehouse::api::iam {

const ErrorTable& error_table();

// A failure of IAM's records: of a kind that two errors share, the right one.
std::unexpected<wire::Failure> failure_of(const Error& error);

}  // namespace gatehouse::api::iam
