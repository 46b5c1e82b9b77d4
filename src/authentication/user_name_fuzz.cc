// Any user name parses, within its bounds, and what is found is text of the name.
#include <cstdlib>
#include <string_view>

#include "authentication/user_name.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace gatehouse::authentication;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    for (const auto second :
         {SecondQuestionMark::ReadAsSeparator, SecondQuestionMark::IsPartOfValue}) {
        const UserName parsed = parse_user_name(text, second);
        if (!text.starts_with(parsed.user) || parsed.parameters.size() > 64) std::abort();
        for (const Parameter& parameter : parsed.parameters) {
            if (!parsed.find(parameter.name)) std::abort();
        }
    }
    return 0;
}
