// The file that says where the targets of actions are, and by whose keys they are asked:
// docs/reference/rule-targets.md.
//
//   { "endpoints": { "s3": { "url": "https://minio.example:9000", "region": "us-east-1",
//                            "accessKeyId": "…", "secretAccessKey": "…" } },
//     "files": { "archive": { "folder": "/var/lib/gatehouse/archive" } } }
//
// Pure: what the file names is not read here.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/tenant.h"
#include "net/http_url.h"
#include "rules/targets/aws_service.h"
#include "rules/targets/declared_broker.h"
#include "rules/targets/declared_database.h"
#include "rules/targets/declared_folder.h"
#include "signature/signer.h"

namespace gatehouse::rules {

inline constexpr std::size_t target_declarations_bytes_max = 1024 * 1024;

// A service that speaks one of AWS's protocols.
struct DeclaredAwsEndpoint {
    net::HttpUrl url;  // without a path
    Region region;     // of signatures
    signature::SigningKey key;
    bool allows_plain_http = false;  // to other machines
    std::filesystem::path ca_file;   // empty: whom the system trusts
};

// The key that signs what http actions send with auth.sigv4, and for whom alone.
struct DeclaredHttpSigning {
    signature::SigningKey key;
    std::set<std::string> services;  // "execute-api"
    std::vector<std::string> hosts;  // "api.example", or "*.example" for all below it

    bool is_for_host(std::string_view host) const;
};

struct TargetDeclarations {
    std::set<AccountId> accounts;  // whose rules may use what does not name its own
    std::map<AwsService, DeclaredAwsEndpoint> aws;
    std::optional<DeclaredAwsEndpoint> aws_otherwise;  // for services that are not named
    std::optional<DeclaredHttpSigning> http_signing;
    std::filesystem::path http_ca_file;  // whom http actions trust; empty: whom the system does
    DeclaredFolders folders;             // of file actions
    DeclaredMqttBrokers mqtt_brokers;    // of mqtt actions
    DeclaredDatabases databases;         // of sql actions

    // Null: there is none.
    const DeclaredAwsEndpoint* endpoint_of(AwsService service) const;
};

// InvalidInput, naming the member. Paths in it are relative to `folder`. `usual` is what the file
// need not name: the account whose rules may use the keys, and the region of signatures.
Result<TargetDeclarations> parse_target_declarations(std::string_view text,
                                                     const std::filesystem::path& folder,
                                                     const Tenant& usual);

}  // namespace gatehouse::rules
