// How a query's row says which event it is of (@ptr), and back.
#pragma once

#include <map>
#include <string>

#include "api/logs/log_access.h"
#include "logs/insights_record.h"

namespace gatehouse::api::logs {

std::string pointer_to(const std::string& group, const store::Position& at);
store::insights::Record record_of(const Tenant& tenant, const std::string& group,
                                  store::FoundRecord found);
// Every field of the event that the pointer means; InvalidInput when it is none of ours, NotFound
// when the event is gone. Reads the disk.
Result<std::map<std::string, std::string>> fields_of(store::LogStore& logs, const Tenant& tenant,
                                                     const std::string& pointer);

}  // namespace gatehouse::api::logs
