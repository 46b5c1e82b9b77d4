// DATA_DIR/ready.json: how to reach the server that runs on this data directory. Written when
// every listener accepts, removed at the end; commands find the server by it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace gatehouse::server {

struct ReadyFile {
    std::string host;  // an address that reaches the TLS doors from this machine
    // The real ports; nothing for a closed door.
    std::optional<std::uint16_t> mqtt;
    std::optional<std::uint16_t> mqtts;
    std::optional<std::uint16_t> https;
    std::optional<std::uint16_t> https_mtls;
    std::optional<std::uint16_t> api;
    std::optional<std::uint16_t> metrics;
    std::string api_url;   // "http://127.0.0.1:4566"; empty when the API is closed
    std::string ca;        // path of the CA that the device doors' certificates lead to; empty: one
                           // that the system trusts
    std::string api_ca;    // the same of the API over TLS
    std::string endpoint;  // the host name that devices use
    std::string account;
    std::string region;
    std::string data_dir;
    std::int64_t pid = 0;
    std::string version;

    bool operator==(const ReadyFile&) const = default;
};

// One line of JSON without the line end; a closed door is null.
std::string to_json(const ReadyFile& ready);
Result<ReadyFile> parse_ready_file(std::string_view text);

std::string ready_file_path(std::string_view data_dir);

// Puts the file in its place in one step: a reader sees all of it or none.
Result<void> write_ready_file(const std::string& path, const ReadyFile& ready);
// NotFound says that no server runs on this data directory, and how to start one.
Result<ReadyFile> read_ready_file(const std::string& path);

}  // namespace gatehouse::server
