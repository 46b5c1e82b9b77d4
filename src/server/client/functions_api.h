// The Lambda operations that more than one command needs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "server/client/api_client.h"

namespace gatehouse::server {

// The answer to GetFunctionConfiguration. NotFound names the nearest function.
Answer<json::value> function_configuration(const ApiClient& client, const std::string& name);

Answer<std::vector<json::value>> list_functions(const ApiClient& client);

// An error about the function, with the nearest name when it does not exist.
ApiError function_error(const ApiClient& client, ApiError error, const std::string& name);

// Waits until the function can be invoked with what was sent last. The error says why it cannot.
Answer<json::value> wait_until_active(const ApiClient& client, const std::string& name);

enum class Permitted : std::uint8_t { Added, Already };
// Permits iot.amazonaws.com to invoke the function, from `source_arn` alone unless it is empty.
Answer<Permitted> permit_iot(const ApiClient& client, const std::string& function,
                             const std::string& statement_id, const std::string& source_arn);

// "/2015-03-31/functions/NAME" + rest.
std::string function_path(std::string_view name, std::string_view rest = "");

}  // namespace gatehouse::server
