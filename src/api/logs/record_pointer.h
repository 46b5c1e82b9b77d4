// How a query's row says which event it is of (@ptr), and back.
#pragma once

#include <map>
#include <string>

#include "api/logs/log_access.h"
#include "logs/insights_record.h"

namespace gatehouse::api::logs {

// Of one answer of GetLogRecord. Source: "Supported logs and discovered fields".
inline constexpr std::size_t record_fields_max = 1'000;
inline constexpr std::size_t record_bytes_max = 2UL * 1024 * 1024;

std::string pointer_to(const std::string& group, const store::Position& at);
// Empty: it is none of ours.
std::string group_of_pointer(const std::string& pointer);
store::insights::Record record_of(const Tenant& tenant, const std::string& group,
                                  store::FoundRecord found);
// Every field, within the bounds, of the event that the pointer means; InvalidInput when it is none
// of ours, NotFound when the event is gone. Reads the disk.
Result<std::map<std::string, std::string>> fields_of(store::LogStore& logs, const Tenant& tenant,
                                                     const std::string& pointer);

}  // namespace gatehouse::api::logs
