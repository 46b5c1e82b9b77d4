#include "storage/sqlite_error.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <cerrno>
#include <cstring>

namespace gatehouse::storage {
namespace {

struct Meaning {
    ErrorKind kind;
    const char* advice;
};

Meaning meaning_of_io(int code, int system_error) {
    if (code == SQLITE_IOERR_DATA || code == SQLITE_IOERR_CORRUPTFS) {
        return {ErrorKind::Corrupt, "the disk returned damaged data; restore the file from a copy"};
    }
    if (system_error == EFBIG || system_error == EDQUOT || system_error == ENOSPC) {
        return {ErrorKind::Unavailable,
                "a size limit or quota of the system is reached; raise it or free space, then "
                "retry"};
    }
    if (code == SQLITE_IOERR_NOMEM) {
        return {ErrorKind::Unavailable, "memory is short; free memory, then retry"};
    }
    // SQLite does not pass on the system's error of a commit.
    return {ErrorKind::Unavailable,
            "see whether the disk is full or a quota or limit of file sizes is reached (free space "
            "or raise it), and look at the system's log for faults of the disk, then retry"};
}

Meaning meaning_of(int code, int system_error) {
    switch (code & 0xFF) {
        case SQLITE_FULL:
            return {ErrorKind::Unavailable, "no room is left; free disk space, then retry"};
        case SQLITE_CORRUPT:
            return {ErrorKind::Corrupt,
                    "the file is damaged; stop the server and restore it from a copy (a backup, or "
                    "the .before-N file that was kept at an upgrade)"};
        case SQLITE_NOTADB:
            return {ErrorKind::Corrupt,
                    "it is not a SQLite database, or its first page is damaged; restore it from a "
                    "copy or choose another data directory"};
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return {ErrorKind::Unavailable,
                    "another program holds it locked; close that program, then retry"};
        case SQLITE_READONLY:
        case SQLITE_PERM:
        case SQLITE_AUTH:
            return {ErrorKind::Unavailable,
                    "it may not be written; check the owner and mode of the file and its folder"};
        case SQLITE_CANTOPEN:
            return {ErrorKind::Unavailable,
                    "it cannot be opened; check that the folder exists and belongs to this user"};
        case SQLITE_IOERR: return meaning_of_io(code, system_error);
        case SQLITE_NOMEM: return {ErrorKind::Unavailable, "memory is short; free memory, retry"};
        case SQLITE_TOOBIG: return {ErrorKind::TooLarge, "a value is too large"};
        case SQLITE_INTERRUPT: return {ErrorKind::Cancelled, "the work was stopped"};
        default: return {ErrorKind::Internal, "this is a fault of the program; please report it"};
    }
}

}  // namespace

Error sqlite_error(int code, sqlite3* connection, const std::string& attempted,
                   const std::string& file) {
    const int system_error = connection == nullptr ? 0 : sqlite3_system_errno(connection);
    const Meaning meaning = meaning_of(code, system_error);
    // sqlite3_errstr describes the code alone; sqlite3_errmsg may quote SQL and is left out.
    std::string message = fmt::format("could not {} {}: {} (SQLite code {}", attempted, file,
                                      sqlite3_errstr(code), code);
    const bool tells_system_error =
        (code & 0xFF) == SQLITE_IOERR || (code & 0xFF) == SQLITE_CANTOPEN;
    if (tells_system_error && system_error != 0) {
        message += fmt::format(", {}", strerrordesc_np(system_error));
    }
    return {meaning.kind, message + fmt::format("); {}", meaning.advice), {}};
}

}  // namespace gatehouse::storage
