// A statement and a payload, separated by the first zero byte; both come from callers.
#include <algorithm>

#include "base/bytes.h"
#include "sql/program.h"
#include "sql/template.h"

namespace {

using namespace gatehouse::sql;

void run(std::string_view sql, std::string_view payload, Version version) {
    const auto program = Program::compile(sql, version);
    if (!program) return;
    Document document;
    const bool is_json = document.parse(payload).has_value();
    const Message message{.topic = "a/b/c",
                          .payload = payload,
                          .document = is_json ? &document : nullptr,
                          .account = "123456789012",
                          .client_id = "lamp"};
    gatehouse::SeededRandom random(1);
    Effort effort(payload.size());
    const auto outcome = program->run(message, random, effort);
    const auto explanation = program->explain(message, random, effort);
    if (!outcome || !explanation) return;  // too much
    if (outcome->wanted.has_value() != explanation->wanted.has_value() && outcome->matches) {
        __builtin_trap();  // an explanation is about the same evaluation
    }
    if (!outcome->wanted && outcome->matches != explanation->matches && !explanation->wanted) {
        __builtin_trap();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = gatehouse::text_of({data, size});
    const std::size_t zero = std::min(text.find('\0'), text.size());
    const std::string_view payload = text.substr(std::min(zero + 1, size));
    run(text.substr(0, zero), payload, Version::V2015);
    run(text.substr(0, zero), payload, Version::V2016);
    (void)Template::compile(text.substr(0, zero), {});
    return 0;
}
