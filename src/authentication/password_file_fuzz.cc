// Any text as a password file: read or refused with a line; changing it keeps what it can read.
#include <cstdint>
#include <cstdlib>

#include "authentication/password_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace gatehouse::authentication;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto users = parse_password_file(text, "f");
    if (!users) return 0;
    const auto changed = change_password_file(text, "fuzz", {"$2b$", "default"});
    if (changed.was_there != users->contains("fuzz")) std::abort();
    const auto without = change_password_file(changed.text, "fuzz", {});
    const auto again = parse_password_file(without.text, "f");
    if (!again || again->size() != users->size() - (changed.was_there ? 1 : 0)) std::abort();
    return 0;
}
