// How STS names failures.
#pragma once

#include "api/service.h"

namespace gatehouse::api::sts {

const ErrorTable& error_table();

}  // namespace gatehouse::api::sts
