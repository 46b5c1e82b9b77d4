#include "functions/function.h"

#include "base/encoding.h"

namespace gatehouse::functions {

std::string own_log_group(const FunctionName& name) {
    return "/aws/lambda/" + name.value();
}

std::string code_sha256_base64(const CodeHash& hash) {
    const auto bytes = from_hex(hash.view());
    return bytes ? to_base64(*bytes) : std::string();
}

}  // namespace gatehouse::functions
