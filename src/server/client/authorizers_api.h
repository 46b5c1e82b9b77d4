// The authorizer operations that more than one command needs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "server/client/api_client.h"
#include "server/command.h"

namespace gatehouse::server {

// "/authorizer/NAME" + rest.
std::string authorizer_path(std::string_view name, std::string_view rest = "");

Answer<std::vector<std::string>> authorizer_names(const ApiClient& client);

// An error about the authorizer, with the nearest name when it does not exist.
ApiError authorizer_error(const ApiClient& client, ApiError error, const std::string& name);

// The description of an authorizer, as DescribeAuthorizer tells it.
Answer<json::value> describe_authorizer(const ApiClient& client, const std::string& name);

// Empty when there is none.
Answer<std::string> default_authorizer_name(const ApiClient& client);
Answer<void> set_default_authorizer(const ApiClient& client, const std::string& name);

// "NAME=@FILE" or "NAME=PEM" of --signing-key: an object of names and keys in PEM.
Result<json::object> signing_keys_of(const std::vector<std::string>& values);

// The NAME=VALUE pairs of a flag as an object; a name that comes twice is refused.
Result<json::object> pairs_of(std::string_view flag, const std::vector<std::string>& values);

// The ARN of the function that a flag names, and whether AWS IoT may invoke it from now on.
struct AuthorizerFunction {
    std::string name;
    std::string arn;
};
Answer<AuthorizerFunction> find_authorizer_function(const ApiClient& client,
                                                    const std::string& name_or_arn);

// Permits AWS IoT to invoke the function for this authorizer.
Answer<void> permit_authorizer(const ApiClient& client, const AuthorizerFunction& function,
                               const std::string& authorizer, const std::string& authorizer_arn);

// What AWS would refuse the authorizer's connections for, as a sentence: that its function may not
// be invoked by AWS IoT. Empty when it may, or when there is no such function.
Answer<std::string> permission_problem(const ApiClient& client, const json::value& description);

// Prints it for whoever ran a command about the authorizer of that name, which is done already.
void note_permission_problem(const Invocation& invocation, const ApiClient& client,
                             const std::string& name);

// For people: a member a line.
std::string authorizer_text(const json::value& description, std::string_view default_name,
                            std::string_view permission_problem);

}  // namespace gatehouse::server
