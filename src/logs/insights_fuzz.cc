// A query and the message of a record, separated by the first zero byte; both come from callers.
#include "base/bytes.h"
#include "logs/insights_run.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace gatehouse::logs::insights;
    const std::string_view text = gatehouse::text_of({data, size});
    const std::size_t zero = std::min(text.find('\0'), text.size());
    const auto query = parse_query(text.substr(0, zero));
    if (!query) return 0;
    Run run(*query, {.rows = 10, .memory_bytes = 1 << 20, .groups = 10});
    for (int i = 0; i < 3; ++i) {
        const auto added = run.add(std::make_shared<const Record>(
            Record{.timestamp = i, .message = std::string(text.substr(std::min(zero + 1, size)))}));
        if (!added) return 0;
    }
    (void)run.finish();
    return 0;
}
