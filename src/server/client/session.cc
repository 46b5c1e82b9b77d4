#include "server/client/session.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/durable_file.h"
#include "base/suggestion.h"

namespace gatehouse::server {

std::vector<Flag> with_data_dir(std::vector<Flag> flags) {
    flags.push_back(data_dir_flag());
    return flags;
}

std::expected<Session, Exit> begin_session(const Invocation& invocation, const Usage& usage) {
    auto arguments = read_arguments(invocation, usage);
    if (!arguments) return std::unexpected(arguments.error());
    auto client = ApiClient::find(*arguments, invocation.environment);
    if (!client) return std::unexpected(report(invocation, client.error()));
    return Session{std::move(*arguments), std::move(*client)};
}

Exit report(const Invocation& invocation, const ApiError& error) {
    return report(invocation, error.error);
}

ApiError with_known_names(ApiError error, std::string_view typed,
                          const std::vector<std::string>& names) {
    constexpr std::size_t listed_max = 10;
    if (error.error.kind != ErrorKind::NotFound) return error;
    const std::vector<std::string_view> views(names.begin(), names.end());
    if (const auto near = nearest_name(typed, views)) {
        error.error.message += fmt::format("; did you mean {}?", *near);
    } else if (names.empty()) {
        error.error.message += "; there are none yet";
    } else if (names.size() <= listed_max) {
        error.error.message += fmt::format("; there are: {}", fmt::join(names, ", "));
    }
    return error;
}

Result<std::string> text_or_file(std::string_view value) {
    if (!value.starts_with('@')) return std::string(value);
    return read_file(std::string(value.substr(1)));
}

}  // namespace gatehouse::server
