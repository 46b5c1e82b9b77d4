// What may happen to a write-ahead log that its server did not get to bring into the database.
#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <ios>
#include <string_view>

namespace gatehouse::storage {

inline constexpr std::size_t wal_page = 4096;
inline constexpr std::size_t wal_header = 32;
inline constexpr std::size_t wal_frame = 24 + wal_page;

inline void flip_byte(const std::filesystem::path& wal) {
    const auto frames = (std::filesystem::file_size(wal) - wal_header) / wal_frame;
    const auto place = static_cast<std::streamoff>(wal_header + frames / 2 * wal_frame + 2000);
    std::fstream bytes(wal, std::ios::in | std::ios::out | std::ios::binary);
    bytes.seekg(place);
    const int byte = bytes.get();
    bytes.seekp(place);
    bytes.put(static_cast<char>(byte ^ 0xFF));
}

inline void cut_in_half(const std::filesystem::path& wal) {
    std::filesystem::resize_file(wal, std::filesystem::file_size(wal) / 2);
}

inline void remove_log(const std::filesystem::path& wal) {
    std::filesystem::remove(wal);
}

struct LogDamage {
    std::string_view name;
    void (*happens)(const std::filesystem::path& wal);
};

inline constexpr std::array<LogDamage, 3> log_damages = {{
    {"a byte flipped", flip_byte},
    {"cut in half", cut_in_half},
    {"removed", remove_log},
}};

// The files of a database as kill -9 leaves them, under another name in their directory.
inline std::filesystem::path copy_of_files(const std::filesystem::path& database) {
    std::filesystem::path copy = database;
    copy += ".killed";
    for (const char* end : {"", "-wal", "-commits"}) {
        std::filesystem::copy_file(database.string() + end, copy.string() + end,
                                   std::filesystem::copy_options::overwrite_existing);
    }
    std::filesystem::remove(copy.string() + "-shm");
    return copy;
}

}  // namespace gatehouse::storage
