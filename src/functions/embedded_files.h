// Files that travel inside the server's binary.
#pragma once

#include <string_view>

namespace gatehouse::functions {

std::string_view embedded_sandbox();           // the program of sandbox/
std::string_view embedded_python_bootstrap();  // runtimes/python/bootstrap.py
std::string_view embedded_node_bootstrap();    // runtimes/node/bootstrap.js

}  // namespace gatehouse::functions
