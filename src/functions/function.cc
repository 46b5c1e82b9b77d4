#include "functions/function.h"

#include <fmt/format.h>

#include "base/arn.h"
#include "base/encoding.h"
#include "functions/package_store.h"

namespace gatehouse::functions {

std::string own_log_group(const FunctionName& name) {
    return "/aws/lambda/" + name.value();
}

std::string qualified_arn(const FunctionConfiguration& configuration, const Qualifier& qualifier) {
    return qualifier.empty() ? configuration.arn : configuration.arn + ':' + qualifier.value();
}

bool is_version_number(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == text.npos;
}

std::string runtime_version(const std::string& runtime) {
    // "python3.11", "provided.al2023"
    const auto number = runtime.find_first_of(".0123456789");
    const bool is_dotted = number != runtime.npos && runtime[number] == '.';
    return runtime.substr(0, number) + ':' +
           (number == runtime.npos ? "" : runtime.substr(number + (is_dotted ? 1 : 0)) + ".v1");
}

std::string runtime_version_arn(const FunctionConfiguration& configuration) {
    const auto arn = parse_arn(configuration.arn);
    return fmt::format("arn:{}:lambda:{}::runtime:{}", arn->partition, arn->region,
                       hash_of(configuration.runtime).view());
}

std::string code_sha256_base64(const CodeHash& hash) {
    const auto bytes = from_hex(hash.view());
    return bytes ? to_base64(*bytes) : std::string();
}

}  // namespace gatehouse::functions
