// A layer: a package of files that functions find beneath /opt. Its versions are published once and
// never change; a function that has one keeps its files, whatever becomes of the version.
//
// Values: copied, compared, stored.
// Source: AWS Lambda API Reference, PublishLayerVersion, GetLayerVersion; Developer Guide, "Lambda
// layers".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/named.h"
#include "base/result.h"
#include "base/tenant.h"
#include "functions/function.h"

namespace gatehouse::functions {

using LayerName = Named<std::string, struct LayerNameTag>;

struct LayerVersion {
    Tenant tenant;
    LayerName name;
    std::uint64_t number = 0;  // counted from 1; never given twice
    std::string description;
    std::string license;
    // What its maker says that it goes with, which is asked for in lists and nowhere else.
    std::vector<std::string> runtimes;
    std::vector<std::string> architectures;
    WallTime created{};
    CodeHash code_hash;
    std::uint64_t code_bytes = 0;  // of the zip
    ResourcePolicy policy;         // which other accounts may have it

    // arn:aws:lambda:REGION:ACCOUNT:layer:NAME
    std::string layer_arn() const;
    // The same with ":NUMBER".
    std::string arn() const;
    bool operator==(const LayerVersion&) const = default;
};

// How a caller names a layer or, with a number, a version of it: NAME, or an ARN. Empty parts were
// not given.
struct LayerReference {
    std::string account;
    std::string region;
    LayerName name;
    std::optional<std::uint64_t> number;
};
// InvalidInput, with the API's words: it is neither.
Result<LayerReference> parse_layer_reference(std::string_view text);

std::string encode(const LayerVersion& version);
// Corrupt, naming what is missing, when the text is not what encode() wrote.
Result<LayerVersion> decode_layer_version(const Tenant& tenant, std::string_view text);

}  // namespace gatehouse::functions
