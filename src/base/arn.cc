#include "base/arn.h"

#include <fmt/format.h>

#include <array>

namespace gatehouse {

std::string Arn::text() const {
    return fmt::format("arn:{}:{}:{}:{}:{}", partition, service, region, account, resource);
}

Result<Arn> parse_arn(std::string_view text) {
    std::array<std::string_view, 5> parts;
    std::string_view rest = text;
    for (std::string_view& part : parts) {
        const auto colon = rest.find(':');
        if (colon == std::string_view::npos) {
            return fail(ErrorKind::InvalidInput,
                        fmt::format("'{}' is not an ARN: it needs six parts, "
                                    "arn:partition:service:region:account:resource",
                                    text));
        }
        part = rest.substr(0, colon);
        rest.remove_prefix(colon + 1);
    }
    if (parts[0] != "arn") {
        return fail(ErrorKind::InvalidInput,
                    fmt::format("'{}' is not an ARN: it does not start with 'arn:'", text));
    }
    return Arn{std::string(parts[1]), std::string(parts[2]), std::string(parts[3]),
               std::string(parts[4]), std::string(rest)};
}

std::string_view partition_of(const Region& region) {
    if (region.view().starts_with("cn-")) return "aws-cn";
    if (region.view().starts_with("us-gov-")) return "aws-us-gov";
    return "aws";
}

bool is_of_own_partition(const Arn& arn, const Region& otherwise) {
    return arn.partition == partition_of(arn.region.empty() ? otherwise : Region(arn.region));
}

std::string make_arn(const Tenant& tenant, std::string_view service, std::string_view resource) {
    return fmt::format("arn:{}:{}:{}:{}:{}", partition_of(tenant.region), service,
                       tenant.region.view(), tenant.account.view(), resource);
}

}  // namespace gatehouse
