// libpq, loaded when the operator declares a database and not before: whoever has none needs
// neither it nor the OpenSSL that comes with it.
#pragma once

#include <postgresql/libpq-fe.h>

#include "base/result.h"

namespace gatehouse::rules {

// The functions of the library that are used, each under its name without "PQ".
// Threads: any; a connection is used by one at a time.
struct PostgresLibrary {
    decltype(&::PQconninfoParse) conninfo_parse;
    decltype(&::PQconninfoFree) conninfo_free;
    decltype(&::PQfreemem) freemem;
    decltype(&::PQconnectStartParams) connect_start;
    decltype(&::PQconnectPoll) connect_poll;
    decltype(&::PQfinish) finish;
    decltype(&::PQstatus) status;
    decltype(&::PQsocket) socket;
    decltype(&::PQerrorMessage) error_message;
    decltype(&::PQsetnonblocking) set_nonblocking;
    decltype(&::PQsetNoticeProcessor) set_notice_processor;
    decltype(&::PQsendQueryParams) send_query;
    decltype(&::PQsendPrepare) send_prepare;
    decltype(&::PQsendQueryPrepared) send_prepared;
    decltype(&::PQsetSingleRowMode) set_single_row_mode;
    decltype(&::PQflush) flush;
    decltype(&::PQconsumeInput) consume_input;
    decltype(&::PQisBusy) is_busy;
    decltype(&::PQnotifies) notifies;
    decltype(&::PQgetResult) get_result;
    decltype(&::PQresultStatus) result_status;
    decltype(&::PQresultErrorField) result_error_field;
    decltype(&::PQclear) clear;
};

// It stays loaded until the program ends. Unavailable, with the package to install, when it is not
// there.
Result<PostgresLibrary> load_postgres_library();

}  // namespace gatehouse::rules
