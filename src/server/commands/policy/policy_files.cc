#include "server/commands/policy/policy_files.h"

#include <fmt/format.h>

#include "base/durable_file.h"

namespace gatehouse::server {

Result<std::vector<policy::PolicySource>> read_policies(const std::vector<std::string>& files) {
    std::vector<policy::PolicySource> sources;
    for (const std::string& file : files) {
        const auto text = read_file(file);
        if (!text) return fail(text.error());
        auto document = policy::parse_document(*text, policy::Dialect::IotPolicy);
        if (!document) {
            return fail(document.error().kind,
                        fmt::format("{}: {}", file, document.error().describe()));
        }
        sources.push_back({file, std::make_shared<const policy::Document>(std::move(*document))});
    }
    return sources;
}

}  // namespace gatehouse::server
