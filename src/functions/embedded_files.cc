#include "functions/embedded_files.h"

#include <cstddef>

// The build gives the paths and rebuilds this file when they change.
#define GATEHOUSE_EMBED(name, path)                    \
    __asm__(                                           \
        ".pushsection .rodata\n"                       \
        ".balign 16\n"                                 \
        ".global gatehouse_embedded_" #name            \
        "\n"                                           \
        "gatehouse_embedded_" #name                    \
        ":\n"                                          \
        ".incbin \"" path                              \
        "\"\n"                                         \
        ".global gatehouse_embedded_" #name            \
        "_end\n"                                       \
        "gatehouse_embedded_" #name                    \
        "_end:\n"                                      \
        ".popsection\n");                              \
    extern "C" const char gatehouse_embedded_##name[]; \
    extern "C" const char gatehouse_embedded_##name##_end[]

GATEHOUSE_EMBED(sandbox, GATEHOUSE_FUNCTION_SANDBOX);
GATEHOUSE_EMBED(python_bootstrap, GATEHOUSE_PYTHON_BOOTSTRAP);
GATEHOUSE_EMBED(node_bootstrap, GATEHOUSE_NODE_BOOTSTRAP);

namespace gatehouse::functions {

std::string_view embedded_sandbox() {
    return {gatehouse_embedded_sandbox,
            static_cast<std::size_t>(gatehouse_embedded_sandbox_end - gatehouse_embedded_sandbox)};
}

std::string_view embedded_python_bootstrap() {
    return {gatehouse_embedded_python_bootstrap,
            static_cast<std::size_t>(gatehouse_embedded_python_bootstrap_end -
                                     gatehouse_embedded_python_bootstrap)};
}

std::string_view embedded_node_bootstrap() {
    return {gatehouse_embedded_node_bootstrap,
            static_cast<std::size_t>(gatehouse_embedded_node_bootstrap_end -
                                     gatehouse_embedded_node_bootstrap)};
}

}  // namespace gatehouse::functions
