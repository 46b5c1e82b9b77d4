// Reading DATA_DIR/credentials, which `iam` writes: the root user's access key in the AWS
// credentials-file format. Commands sign their requests with it.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace gatehouse::server {

struct AccessKey {
    std::string id;
    std::string secret;

    bool operator==(const AccessKey&) const = default;
};

std::string credentials_file_path(std::string_view data_dir);

// The [default] profile of the text. The error never quotes the file.
Result<AccessKey> parse_credentials_file(std::string_view text);
Result<AccessKey> read_credentials_file(const std::string& path);

}  // namespace gatehouse::server
