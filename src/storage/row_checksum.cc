#include "storage/row_checksum.h"

#include <sqlite3.h>
#include <zlib.h>

#include <cstdint>

namespace gatehouse::storage {
namespace {

uLong add(uLong sum, const void* bytes, std::size_t size) {
    return crc32_z(sum, static_cast<const Bytef*>(bytes), size);
}

// Each value with its size before it, so that bytes cannot move from one to the next unseen.
uLong add_value(uLong sum, sqlite3_value* value) {
    if (sqlite3_value_type(value) == SQLITE_INTEGER) {
        const std::int64_t number = sqlite3_value_int64(value);
        return add(sum, &number, sizeof number);
    }
    const void* bytes = sqlite3_value_blob(value);
    const auto size = static_cast<std::uint32_t>(sqlite3_value_bytes(value));
    sum = add(sum, &size, sizeof size);
    return size == 0 ? sum : add(sum, bytes, size);
}

void row_checksum(sqlite3_context* context, int count, sqlite3_value** values) {
    uLong sum = crc32_z(0, nullptr, 0);
    for (int i = 0; i < count; ++i) sum = add_value(sum, values[i]);
    sqlite3_result_int64(context, static_cast<std::int64_t>(sum));
}

}  // namespace

Result<void> add_row_checksum(Database& database) {
    const int code =
        sqlite3_create_function_v2(database.handle(), "row_checksum", -1,
                                   SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY, nullptr,
                                   row_checksum, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return fail(database.error(code, "add a function to"));
    return {};
}

}  // namespace gatehouse::storage
