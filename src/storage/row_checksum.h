// A checksum of a row's values, as an SQL function.
//
// row_checksum(VALUE, ...): CRC-32 over the values in their order, so that a row damaged on disk is
// told from a sound one. It says nothing of intent. Texts and blobs of the same bytes are the same.
#pragma once

#include "base/result.h"
#include "storage/statement.h"

namespace gatehouse::storage {

// For statements of this connection.
Result<void> add_row_checksum(Database& database);

}  // namespace gatehouse::storage
