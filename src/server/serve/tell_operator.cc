#include "server/serve/tell_operator.h"

#include <fmt/format.h>

#include "base/standard_error.h"

namespace gatehouse::server {

void tell_operator(std::string_view sentence) {
    write_standard_error(fmt::format("gatehouse serve: {}\n", sentence));
}

}  // namespace gatehouse::server
