// Reading and writing parts of an open file, errors as values. For the segment sources only.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"

namespace gatehouse::logs::file {

// ErrorKind::LimitExceeded for a full disk or quota, NotFound for a missing file.
std::unexpected<Error> failed(std::string_view doing, const std::filesystem::path& path);
Result<int> open(const std::filesystem::path& path, int flags);
Result<std::uint64_t> size(int descriptor, const std::filesystem::path& path);
Result<void> write_at(int descriptor, std::string_view bytes, std::uint64_t offset,
                      const std::filesystem::path& path);
// Exactly `size` bytes; Corrupt when there are fewer.
Result<std::string> read_at(int descriptor, std::uint64_t offset, std::size_t size);

}  // namespace gatehouse::logs::file
