// AWS Lambda, signed as "lambda".
#pragma once

#include "api/lambda/code_links.h"
#include "api/service.h"
#include "functions/async_invocations.h"
#include "functions/function_directory.h"
#include "functions/invoker.h"
#include "functions/layer_directory.h"

namespace gatehouse::api {

// Everything this service works with; it must outlive the service.
struct LambdaParts {
    functions::FunctionDirectory& directory;
    functions::LayerDirectory& layers;
    functions::FunctionInvoker& invoker;
    functions::AsyncInvocations& async_invocations;
    const lambda::CodeLinks& code_links;
};

Service make_lambda_service(const LambdaParts& parts);

}  // namespace gatehouse::api
