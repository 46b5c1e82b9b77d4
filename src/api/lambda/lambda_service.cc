#include "api/lambda/lambda_service.h"

#include "api/lambda/add_permission.h"
#include "api/lambda/create_function.h"
#include "api/lambda/delete_function.h"
#include "api/lambda/errors.h"
#include "api/lambda/get_function.h"
#include "api/lambda/get_function_configuration.h"
#include "api/lambda/get_policy.h"
#include "api/lambda/invoke.h"
#include "api/lambda/list_functions.h"
#include "api/lambda/list_tags.h"
#include "api/lambda/remove_permission.h"
#include "api/lambda/tag_resource.h"
#include "api/lambda/untag_resource.h"
#include "api/lambda/update_function_code.h"
#include "api/lambda/update_function_configuration.h"
#include "api/shapes/lambda/model.h"

namespace gatehouse::api {
namespace {

// A package of 50 MiB in base64, and the rest of CreateFunction (observed).
constexpr std::size_t body_bytes_max = 70'167'211;

}  // namespace

Service make_lambda_service(const LambdaParts& parts) {
    Service service(lambda::model(), lambda::error_table(), body_bytes_max);
    service.handle(lambda::AddPermission{parts.directory})
        .handle(lambda::CreateFunction{parts.directory})
        .handle(lambda::DeleteFunction{parts.directory})
        .handle(lambda::GetFunction{parts.directory, parts.code_links})
        .handle(lambda::GetFunctionConfiguration{parts.directory})
        .handle(lambda::GetPolicy{parts.directory})
        .handle(lambda::Invoke{parts.directory, parts.invoker, parts.async_invocations})
        .handle(lambda::ListFunctions{parts.directory})
        .handle(lambda::ListTags{parts.directory})
        .handle(lambda::RemovePermission{parts.directory})
        .handle(lambda::TagResource{parts.directory})
        .handle(lambda::UntagResource{parts.directory})
        .handle(lambda::UpdateFunctionCode{parts.directory})
        .handle(lambda::UpdateFunctionConfiguration{parts.directory});
    return service;
}

}  // namespace gatehouse::api
