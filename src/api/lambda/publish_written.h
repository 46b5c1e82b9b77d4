// Publish=true of CreateFunction and UpdateFunctionCode: a version of the code that the call
// wrote, and of no other's.
#pragma once

#include "async/task.h"
#include "functions/function_directory.h"

namespace gatehouse::api::lambda {

// Conflict when another call has written other code meanwhile; nothing is published then.
async::Task<Result<functions::FunctionSnapshot>> publish_written(
    functions::FunctionDirectory& directory, Tenant tenant, functions::FunctionName name,
    functions::CodeHash written);

}  // namespace gatehouse::api::lambda
