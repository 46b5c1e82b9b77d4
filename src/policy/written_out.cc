#include "policy/written_out.h"

#include <algorithm>

namespace gatehouse::policy {
namespace {

constexpr std::size_t client_id_bytes_min = 4;
constexpr std::string_view placeholder = "${\x01}";

bool can_be_told_apart(std::string_view client_id) {
    return client_id.size() >= client_id_bytes_min && std::ranges::all_of(client_id, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '-' || c == '_' || c == '.' || c == ':';
           });
}

// From left to right, none overlapping.
std::string replaced(std::string_view text, std::string_view from, std::string_view to,
                     std::size_t& count) {
    std::string result;
    while (true) {
        const auto at = text.find(from);
        result += text.substr(0, at);
        if (at == text.npos) return result;
        result += to;
        text.remove_prefix(at + from.size());
        ++count;
    }
}

// The same for a pattern's text, whose variables are left as they are.
std::string replaced_between_variables(std::string_view text, std::string_view from,
                                       std::string_view to, std::size_t& count) {
    std::string result;
    while (true) {
        const auto variable = text.find("${");
        const auto close = variable == text.npos ? text.npos : text.find('}', variable);
        result +=
            replaced(text.substr(0, close == text.npos ? text.npos : variable), from, to, count);
        if (close == text.npos) return result;
        result += text.substr(variable, close + 1 - variable);
        text.remove_prefix(close + 1);
    }
}

// Every Resource of the documents after `change(text)`.
template <class Change>
std::vector<PolicySource> with_resources(const std::vector<PolicySource>& sources,
                                         const Change& change) {
    std::vector<PolicySource> changed;
    for (const PolicySource& source : sources) {
        auto document = std::make_shared<Document>(*source.document);
        for (Statement& statement : document->statements) {
            for (Pattern& resource : statement.resources) {
                resource = Pattern(change(resource.text()));
            }
        }
        changed.push_back({source.name, std::move(document)});
    }
    return changed;
}

}  // namespace

std::optional<std::vector<std::string>> template_of(std::span<const std::string> texts,
                                                    std::string_view client_id) {
    if (!can_be_told_apart(client_id)) return std::nullopt;
    std::vector<std::string> result;
    std::size_t count = 0;
    for (const std::string& text : texts) {
        if (text.contains('\\') || text.contains(written_out_client_id)) return std::nullopt;
        result.push_back(replaced(text, client_id, written_out_client_id, count));
    }
    if (count == 0) return std::nullopt;
    return result;
}

std::optional<std::vector<PolicySource>> with_client_id_open(
    const std::vector<PolicySource>& sources, std::span<const std::string> texts,
    std::string_view client_id) {
    const bool have_variables = std::ranges::all_of(sources, [](const PolicySource& source) {
        return source.document->version == Version::V2012;
    });
    if (!have_variables) return std::nullopt;
    std::size_t in_texts = 0, in_resources = 0;
    for (const std::string& text : texts) replaced(text, client_id, "", in_texts);
    auto open = with_resources(sources, [&](std::string_view text) {
        return replaced_between_variables(text, client_id, placeholder, in_resources);
    });
    if (in_texts != in_resources) return std::nullopt;
    return open;
}

std::vector<PolicySource> as_written(const std::vector<PolicySource>& sources,
                                     const Variables& variables) {
    const Variable* client_id = variables.find(written_out_client_id);
    if (client_id == nullptr || client_id->values.empty()) return sources;
    std::size_t count = 0;
    return with_resources(sources, [&](std::string_view text) {
        return replaced(text, placeholder, client_id->values.front(), count);
    });
}

}  // namespace gatehouse::policy
