#include "server/credentials_file.h"

#include <fmt/format.h>

#include "base/durable_file.h"

namespace gatehouse::server {
namespace {

std::string_view stripped(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r");
    if (first == text.npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

}  // namespace

std::string credentials_file_path(std::string_view data_dir) {
    return fmt::format("{}/credentials", data_dir);
}

Result<AccessKey> parse_credentials_file(std::string_view text) {
    AccessKey key;
    bool in_default = false;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        const std::string_view line = stripped(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.starts_with('[')) in_default = line == "[default]";
        const auto equals = line.find('=');
        if (!in_default || line.starts_with('#') || equals == line.npos) continue;
        const std::string_view name = stripped(line.substr(0, equals));
        const std::string_view value = stripped(line.substr(equals + 1));
        if (name == "aws_access_key_id") key.id = value;
        if (name == "aws_secret_access_key") key.secret = value;
    }
    if (key.id.empty() || key.secret.empty()) {
        return fail(ErrorKind::Corrupt,
                    "the credentials file has no [default] section with aws_access_key_id and "
                    "aws_secret_access_key");
    }
    return key;
}

Result<AccessKey> read_credentials_file(const std::string& path) {
    constexpr std::size_t bytes_max = 64 * 1024;
    const auto text = read_file(path, bytes_max);
    if (text) return parse_credentials_file(*text);
    return fail(ErrorKind::NotAllowed,
                fmt::format("cannot read {}, which holds the root user's access key ({}); only "
                            "the user that runs the server can",
                            path, text.error().message));
}

}  // namespace gatehouse::server
