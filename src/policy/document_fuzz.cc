// Any text may be given as a policy document: it is read or refused, and what is read can be
// written, read again, packed, checked, compiled and explained.

#include <cstdint>
#include <cstdlib>

#include "policy/compiled_policies.h"
#include "policy/lint.h"
#include "policy/packed_documents.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace gatehouse;
    using namespace gatehouse::policy;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    for (const Dialect dialect :
         {Dialect::IotPolicy, Dialect::IdentityPolicy, Dialect::ResourcePolicy}) {
        auto document = parse_document(text, dialect);
        if (!document) continue;
        const auto again =
            parse_document(to_json_text(*document), dialect, {.characters_max = 1 << 20});
        // Tests of one operator that were written apart come back together.
        if (!again || again->statements.size() != document->statements.size()) std::abort();
        const std::vector<PolicySource> sources{
            {"", std::make_shared<const Document>(std::move(*document))}};
        if (dialect != Dialect::ResourcePolicy) {
            PackedWriter writer;
            pack_documents(writer, sources, "arn:aws:iot:");
            PackedReader reader(writer.bytes());
            const auto unpacked = unpack_documents(reader, "arn:aws:iot:");
            if (*unpacked.front().document != *sources.front().document) std::abort();
        }
        (void)lint(sources);
        const auto policies = compile(sources, Variables().set("iot:ClientId", "c"), Tenant{});
        for (const Action action : {Action::Connect, Action::Publish, Action::GetThingShadow}) {
            const auto decision = policies->decide(action, "a/b");
            if (policies->explain(action, "a/b").outcome != decision.outcome &&
                dialect != Dialect::ResourcePolicy) {
                std::abort();
            }
        }
    }
    return 0;
}
