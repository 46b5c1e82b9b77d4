#include "rules/targets/postgres_library.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include "base/library_functions.h"

namespace gatehouse::rules {
namespace {

constexpr const char* postgres_file_name = "libpq.so.5";

void find_postgres_functions(LibraryFunctions& functions, PostgresLibrary& library) {
    functions.find("PQconninfoParse", library.conninfo_parse);
    functions.find("PQconninfoFree", library.conninfo_free);
    functions.find("PQfreemem", library.freemem);
    functions.find("PQconnectStartParams", library.connect_start);
    functions.find("PQconnectPoll", library.connect_poll);
    functions.find("PQfinish", library.finish);
    functions.find("PQstatus", library.status);
    functions.find("PQsocket", library.socket);
    functions.find("PQerrorMessage", library.error_message);
    functions.find("PQsetnonblocking", library.set_nonblocking);
    functions.find("PQsetNoticeProcessor", library.set_notice_processor);
    functions.find("PQsendQueryParams", library.send_query);
    functions.find("PQsendPrepare", library.send_prepare);
    functions.find("PQsendQueryPrepared", library.send_prepared);
    functions.find("PQsetSingleRowMode", library.set_single_row_mode);
    functions.find("PQflush", library.flush);
    functions.find("PQconsumeInput", library.consume_input);
    functions.find("PQisBusy", library.is_busy);
    functions.find("PQnotifies", library.notifies);
    functions.find("PQgetResult", library.get_result);
    functions.find("PQresultStatus", library.result_status);
    functions.find("PQresultErrorField", library.result_error_field);
    functions.find("PQclear", library.clear);
}

}  // namespace

Result<PostgresLibrary> load_postgres_library() {
    // Local: the OpenSSL that it brings must not answer for ours.
    void* const handle = ::dlopen(postgres_file_name, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (handle == nullptr) {
        return fail(ErrorKind::Unavailable,
                    fmt::format("the PostgreSQL client library {} cannot be loaded; on Debian, "
                                "`apt-get install libpq5` brings it ({})",
                                postgres_file_name, ::dlerror()));
    }
    PostgresLibrary library{};
    LibraryFunctions functions(handle);
    find_postgres_functions(functions, library);
    if (functions.missing() != nullptr) {
        return fail(ErrorKind::Unavailable,
                    fmt::format("the PostgreSQL client library {} has no {}", postgres_file_name,
                                functions.missing()));
    }
    return library;
}

}  // namespace gatehouse::rules
