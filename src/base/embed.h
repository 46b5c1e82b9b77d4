// Files that travel inside the binary: GATEHOUSE_EMBED(name, "/path") at the top of a source file,
// and GATEHOUSE_EMBEDDED(name) is its content as a std::string_view. The name is one of the
// program, and CMake's OBJECT_DEPENDS rebuilds the source when the file changes.
#pragma once

#include <cstddef>
#include <string_view>

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

#define GATEHOUSE_EMBEDDED(name)   \
    std::string_view(              \
        gatehouse_embedded_##name, \
        static_cast<std::size_t>(gatehouse_embedded_##name##_end - gatehouse_embedded_##name))
