// What the running server has to say to whoever started it, beside the log's own records.
#pragma once

#include <string_view>

namespace gatehouse::server {

// On standard error, as "gatehouse serve: SENTENCE"; lost where nobody can be told. Any thread.
void tell_operator(std::string_view sentence);

}  // namespace gatehouse::server
