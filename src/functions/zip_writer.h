// Writes a zip in memory: the same bytes for the same content, since times are dropped.
//
// Threads: one at a time.
#pragma once

#include <string>
#include <string_view>

#include "base/pinned.h"

struct archive;
struct archive_entry;

namespace gatehouse::functions {

struct ZipEntry {
    std::string path;
    unsigned mode = 0644;
    bool is_directory = false;
};

class ZipWriter : Pinned {
public:
    ZipWriter();
    ~ZipWriter();

    // False: it cannot be written; problem() says why.
    [[nodiscard]] bool add(const ZipEntry& entry, std::string_view content);
    // Nothing is added afterwards.
    std::string finish();
    std::size_t size() const { return zip_.size(); }
    std::string problem() const;

private:
    static ssize_t append(archive*, void* self, const void* bytes, std::size_t size);

    archive* archive_;
    archive_entry* entry_;
    std::string zip_;
};

}  // namespace gatehouse::functions
