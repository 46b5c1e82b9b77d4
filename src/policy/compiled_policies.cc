#include "policy/compiled_policies.h"

#include <algorithm>

#include "policy/written_out.h"

namespace gatehouse::policy {

Explanation CompiledPolicies::explain(Action action, std::string_view name, RequestContext context,
                                      std::optional<WallTime> at) const {
    const std::string arn = arn_of(action, name);
    return explain(Request{name_of(action), arn, context, {}, at});
}

Explanation CompiledPolicies::explain(const Request& request) const {
    if (packed_ != nullptr) {
        const auto [sources, variables] = packed_->unpack();
        return policy::explain(sources, variables, request);
    }
    if (texts_.empty()) return policy::explain(index_->sources(), index_->variables(), request);
    Variables variables = index_->variables();
    for (std::size_t i = 0; i < texts_.size(); ++i) {
        variables.set(index_->open_variables()[i], texts_[i]);
    }
    return policy::explain(as_written(index_->sources(), variables), variables, request);
}

StatementPlace CompiledPolicies::place_of(std::uint32_t statement) const {
    return packed_ != nullptr ? place_of_statement(packed_->unpack().sources, statement)
                              : place_of_statement(index_->sources(), statement);
}

std::size_t CompiledPolicies::memory_bytes() const {
    if (packed_ != nullptr) return sizeof(*this) + sizeof(*packed_) + packed_->memory_bytes();
    std::size_t bytes = sizeof(*this) + index_->memory_bytes();
    for (const std::string& text : texts_) bytes += sizeof(text) + text.capacity();
    return bytes;
}

std::shared_ptr<const CompiledPolicies> compile(std::vector<PolicySource> sources,
                                                const Variables& variables, const Tenant& tenant) {
    if (auto packed = PackedPolicies::make(sources, variables, tenant)) {
        return std::make_shared<const CompiledPolicies>(std::move(*packed));
    }
    return std::make_shared<const CompiledPolicies>(
        std::make_shared<const PolicyIndex>(std::move(sources), variables, tenant));
}

std::shared_ptr<const CompiledPolicies> fill_in(std::shared_ptr<const PolicyIndex> index,
                                                const Variables& variables) {
    std::vector<std::string> texts;
    texts.reserve(index->open_variables().size());
    for (const std::string& name : index->open_variables()) {
        const Variable* variable = variables.find(name);
        if (variable == nullptr || variable->values.size() != 1 || is_time_variable(name)) {
            return nullptr;
        }
        texts.push_back(variable->values.front());
    }
    return std::make_shared<const CompiledPolicies>(std::move(index), std::move(texts));
}

RequestPolicies::RequestPolicies(std::vector<PolicySource> sources, const Variables& variables)
    : sources_(std::move(sources)), variables_(variables), statements_(sources_, variables_) {
    for (const PolicySource& source : sources_) {
        for (const Statement& statement : source.document->statements) {
            for (const ConditionTest& test : statement.conditions) {
                if (tag_of_key(test.key) && std::ranges::count(tag_keys_, test.key) == 0) {
                    tag_keys_.push_back(test.key);
                }
            }
        }
    }
}

Decision RequestPolicies::decide(const Request& request) const noexcept {
    return statements_.decide(request.action, {request.resource, "", ""}, request.context,
                              request.principal, request.at.value_or(variables_.now()));
}

Explanation RequestPolicies::explain(const Request& request) const {
    return policy::explain(sources_, variables_, request);
}

std::shared_ptr<const RequestPolicies> compile_for_requests(std::vector<PolicySource> sources,
                                                            const Variables& variables) {
    return std::make_shared<const RequestPolicies>(std::move(sources), variables);
}

}  // namespace gatehouse::policy
