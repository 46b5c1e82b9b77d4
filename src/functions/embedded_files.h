// Files that travel inside the server's binary.
#pragma once

#include <string_view>

namespace gatehouse::functions {

std::string_view embedded_helper();            // the program of helper/
std::string_view embedded_python_bootstrap();  // runtimes/python/bootstrap.py

}  // namespace gatehouse::functions
