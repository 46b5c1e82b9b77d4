// Resources and a topic: the compiled decision is what plain reading of the document says.
// The input is lines: the topic, the client id, then one resource a line, those after an empty
// line denied.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/encoding.h"
#include "policy/compiled_policies.h"
#include "policy/plain_evaluator.h"

namespace {

using namespace gatehouse;
using namespace gatehouse::policy;

std::string_view take_line(std::string_view& text) {
    const auto end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return line;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size > 160) return 0;  // plain reading is exponential in the number of stars
    std::string_view text(reinterpret_cast<const char*>(data), size);
    if (!is_utf8(text)) return 0;  // JSON and MQTT let nothing else in
    const std::string topic(take_line(text));
    const Variables variables = Variables().set("iot:ClientId", std::string(take_line(text)));
    Document document;
    document.version = Version::V2012;
    Effect effect = Effect::Allow;
    while (!text.empty()) {
        const std::string_view line = take_line(text);
        if (line.empty()) {
            effect = Effect::Deny;
            continue;
        }
        if (std::ranges::count(line, '*') > 4) return 0;
        std::string resource = "arn:aws:iot:us-east-1:000000000000:topic/";
        if (line.starts_with(':')) resource = "arn:aws:iot:*:*";
        Statement& statement = document.statements.emplace_back();
        statement.effect = effect;
        statement.actions = {document.statements.size() % 3 == 0 ? "iot:*" : "iot:Publish"};
        statement.resources.emplace_back(resource.append(line));
    }
    const std::vector<PolicySource> sources{
        {"", std::make_shared<const Document>(std::move(document))}};
    // Each form that policies are kept in: as compile() chooses, an index, and an index whose
    // variables were left open.
    const auto compiled = compile(sources, variables, Tenant{});
    const CompiledPolicies indexed(
        std::make_shared<const PolicyIndex>(sources, variables, Tenant{}));
    const auto open = PolicyIndex::make_open(sources, Tenant{});
    const auto shared = open == nullptr ? nullptr : fill_in(open, variables);
    for (const Action action : {Action::Publish, Action::GetThingShadow, Action::Connect}) {
        const std::string arn = indexed.arn_of(action, topic);
        const Request request{name_of(action), arn, {}, {}};
        const Outcome plain = evaluate_plainly(sources, variables, request);
        for (const CompiledPolicies* form : {compiled.get(), &indexed, shared.get()}) {
            if (form == nullptr) continue;
            if (form->decide(action, topic).outcome != plain) std::abort();
        }
        const std::string told = to_json(indexed.explain(request));
        if (to_json(compiled->explain(request)) != told) std::abort();
        if (compiled->explain(request).outcome != plain) std::abort();
    }
    return 0;
}
