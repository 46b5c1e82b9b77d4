#include "functions/zip_writer.h"

#include <archive.h>
#include <archive_entry.h>

#include <utility>

namespace gatehouse::functions {
namespace {

// The earliest time a zip can hold: 1980-01-01T00:00:00Z.
constexpr time_t zip_epoch = 315'532'800;

}  // namespace

ZipWriter::ZipWriter() : archive_(archive_write_new()), entry_(archive_entry_new()) {
    archive_write_set_format_zip(archive_);
    archive_write_set_bytes_in_last_block(archive_, 1);
    archive_write_open(archive_, this, nullptr, &ZipWriter::append, nullptr);
}

ZipWriter::~ZipWriter() {
    archive_entry_free(entry_);
    archive_write_free(archive_);
}

bool ZipWriter::add(const ZipEntry& entry, std::string_view content) {
    archive_entry_clear(entry_);
    archive_entry_set_pathname_utf8(entry_, entry.path.c_str());
    archive_entry_set_filetype(entry_, entry.is_directory ? AE_IFDIR : AE_IFREG);
    archive_entry_set_perm(entry_, static_cast<mode_t>(entry.mode));
    archive_entry_set_mtime(entry_, zip_epoch, 0);
    archive_entry_set_size(entry_, static_cast<la_int64_t>(content.size()));
    if (archive_write_header(archive_, entry_) < ARCHIVE_WARN) return false;
    return content.empty() || archive_write_data(archive_, content.data(), content.size()) >= 0;
}

std::string ZipWriter::finish() {
    archive_write_close(archive_);
    return std::move(zip_);
}

std::string ZipWriter::problem() const {
    const char* const text = archive_error_string(archive_);
    return text == nullptr ? "the archive cannot be written" : text;
}

ssize_t ZipWriter::append(archive*, void* self, const void* bytes, std::size_t size) {
    static_cast<ZipWriter*>(self)->zip_.append(static_cast<const char*>(bytes), size);
    return static_cast<ssize_t>(size);
}

}  // namespace gatehouse::functions
