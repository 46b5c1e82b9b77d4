#include "server/version.h"

namespace gatehouse::server {

std::string_view program_version() {
    return GATEHOUSE_VERSION;
}

}  // namespace gatehouse::server
