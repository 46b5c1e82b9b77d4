#include "functions/embedded_files.h"

#include "base/embed.h"

// The build gives the paths and rebuilds this file when they change.
GATEHOUSE_EMBED(sandbox, GATEHOUSE_FUNCTION_SANDBOX);
GATEHOUSE_EMBED(python_bootstrap, GATEHOUSE_PYTHON_BOOTSTRAP);
GATEHOUSE_EMBED(node_bootstrap, GATEHOUSE_NODE_BOOTSTRAP);

namespace gatehouse::functions {

std::string_view embedded_sandbox() {
    return GATEHOUSE_EMBEDDED(sandbox);
}

std::string_view embedded_python_bootstrap() {
    return GATEHOUSE_EMBEDDED(python_bootstrap);
}

std::string_view embedded_node_bootstrap() {
    return GATEHOUSE_EMBEDDED(node_bootstrap);
}

}  // namespace gatehouse::functions
