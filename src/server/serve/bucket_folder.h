// A folder whose files stand for objects in S3: FOLDER/ACCOUNT/BUCKET/KEY. Read alone.
//
// Threads: any; blocks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/tenant.h"

namespace gatehouse::server {

struct BucketObject {
    AccountId account;
    std::string bucket;
    std::string key;
};

class BucketFolder {
public:
    // `folder` empty: there are no buckets.
    explicit BucketFolder(std::filesystem::path folder) : folder_(std::move(folder)) {}

    bool has_buckets() const { return !folder_.empty(); }

    struct Part {
        std::string bytes;
        std::uint64_t file_bytes = 0;
        // Of the file as it was then: another one, another size or another time of its last change
        // makes another version.
        std::string version;
    };
    // NotFound: there is no such file, or the key leads out of its bucket. NotAllowed: it may not
    // be read. Conflict: it was changed as it was read. Unavailable: it cannot be read now.
    Result<Part> read(const BucketObject& object, std::uint64_t offset,
                      std::size_t bytes_max) const;

private:
    std::filesystem::path folder_;
};

}  // namespace gatehouse::server
