// AWS Lambda, signed as "lambda".
#pragma once

#include "api/service.h"
#include "functions/function_directory.h"
#include "functions/invoker.h"

namespace gatehouse::api {

// Everything this service works with; it must outlive the service.
struct LambdaParts {
    functions::FunctionDirectory& directory;
    functions::FunctionInvoker& invoker;
};

Service make_lambda_service(const LambdaParts& parts);

}  // namespace gatehouse::api
