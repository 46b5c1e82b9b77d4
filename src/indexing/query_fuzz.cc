// A query and a value, separated by the first zero byte; both come from callers.
#include <algorithm>

#include "base/bytes.h"
#include "indexing/query.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace gatehouse::indexing;
    const std::string_view text = gatehouse::text_of({data, size});
    const std::size_t zero = std::min(text.find('\0'), text.size());
    const auto query = Query::parse(text.substr(0, zero));
    if (!query) return 0;
    const std::string value(text.substr(std::min(zero + 1, size)));
    const Document thing{.name = "t",
                         .fields = {{fields::thing_name, "t"}, {"attributes.a", value}},
                         .own_fields = 1};
    (void)query->matches(thing);
    (void)query->finds_member(thing);
    return 0;
}
