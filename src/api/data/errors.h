// How the data plane names failures.
#pragma once

#include "api/service.h"

namespace gatehouse::api::data {

const ErrorTable& error_table();

}  // namespace gatehouse::api::data
