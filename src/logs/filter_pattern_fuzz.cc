// Pattern and message, separated by the first line break; both come from API callers.
#include "base/bytes.h"
#include "logs/filter_pattern.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = gatehouse::text_of({data, size});
    const std::size_t line = text.find('\n');
    const auto pattern = gatehouse::logs::FilterPattern::parse(text.substr(0, line));
    if (pattern && line != text.npos) (void)pattern->matches(text.substr(line + 1));
    return 0;
}
