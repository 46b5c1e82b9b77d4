#include "authentication/shared_policies.h"

#include <fmt/format.h>

#include <algorithm>

#include "authentication/connection_variables.h"
#include "policy/written_out.h"

namespace gatehouse::authentication {
namespace {

std::vector<policy::PolicySource> named(std::vector<policy::DocumentPointer> documents) {
    std::vector<policy::PolicySource> sources;
    for (std::size_t i = 0; i < documents.size(); ++i) {
        sources.push_back({fmt::format("authorizer document {}", i + 1), std::move(documents[i])});
    }
    return sources;
}

std::size_t bytes_of(std::span<const std::string> texts) {
    std::size_t bytes = 0;
    for (const std::string& text : texts) bytes += text.size();
    return bytes;
}

}  // namespace

Result<std::vector<policy::PolicySource>> SharedPolicies::sources_of(
    std::span<const std::string> texts, policy::DocumentLimits limits) {
    auto documents = policy::parse_documents(texts, policy::Dialect::IotPolicy, limits);
    if (!documents) return std::unexpected(documents.error());
    return named(std::move(*documents));
}

// The documents of one connection, as they may be known.
struct SharedPolicies::Question {
    const Credentials& credentials;
    const Clock& clock;
    std::span<const std::string> texts;
    std::string_view client_id;
    std::optional<std::vector<std::string>> written_out;  // see policy/written_out.h
    std::string key;                                      // empty: not to be shared

    // Those of a custom authorizer's connection, and the client id that was taken out.
    policy::Variables variables() const {
        auto all = connection_variables(credentials, AuthenticationType::CustomAuth, clock);
        if (written_out) {
            all.set(std::string(policy::written_out_client_id), std::string(client_id));
        }
        return all;
    }
    CompiledPoliciesPtr fill_in(PolicyIndexPtr index) const {
        // The variables cost more than all else where none is asked for.
        const bool is_closed = index->open_variables().empty();
        return policy::fill_in(std::move(index), is_closed ? policy::Variables() : variables());
    }
};

Result<CompiledPoliciesPtr> SharedPolicies::policies_of(const Credentials& credentials,
                                                        std::span<const std::string> texts) {
    Question question{.credentials = credentials,
                      .clock = clock_,
                      .texts = texts,
                      .client_id = credentials.mqtt ? std::string_view(credentials.mqtt->client_id)
                                                    : std::string_view(),
                      .written_out = {},
                      .key = {}};
    if (bytes_of(texts) <= KnownIndexes::text_bytes_max) {
        question.written_out = policy::template_of(texts, question.client_id);
        question.key =
            question.written_out
                ? KnownIndexes::key_of(credentials.tenant, "template", *question.written_out)
                : KnownIndexes::key_of(credentials.tenant, "documents", texts);
        if (auto policies = find(question)) return policies;
    }
    return make(question);
}

CompiledPoliciesPtr SharedPolicies::find(const Question& question) const {
    // The template may have been made with a shorter client id.
    const bool too_long = std::ranges::any_of(question.texts, [&](const std::string& text) {
        return limits_.characters_max != 0 &&
               policy::counted_characters(text) > limits_.characters_max;
    });
    if (too_long) return nullptr;
    PolicyIndexPtr index = known_.find(question.key);
    return index == nullptr ? nullptr : question.fill_in(std::move(index));
}

Result<CompiledPoliciesPtr> SharedPolicies::make(const Question& question) {
    const auto parsed = sources_of(question.texts, limits_);
    if (!parsed) return std::unexpected(parsed.error());
    const auto& sources = *parsed;
    std::optional<std::vector<policy::PolicySource>> open;
    if (question.written_out) {
        open = policy::with_client_id_open(sources, question.texts, question.client_id);
    } else if (!question.key.empty()) {
        open = sources;
    }
    const Tenant& tenant = question.credentials.tenant;
    const PolicyIndexPtr index =
        open ? policy::PolicyIndex::make_open(std::move(*open), tenant) : nullptr;
    if (auto policies = index == nullptr ? nullptr : question.fill_in(index)) {
        known_.remember(question.key, index);
        return policies;
    }
    return policy::compile(sources, question.variables(), tenant);
}

}  // namespace gatehouse::authentication
