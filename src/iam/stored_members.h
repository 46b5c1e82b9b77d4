// Members of a stored record's JSON body, each of its type; what is not as it was written is
// remembered. The names in the JSON are on disk: they are never changed.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/json.h"
#include "base/result.h"
#include "storage/resource_store.h"

namespace gatehouse::iam {

class StoredMembers {
public:
    explicit StoredMembers(const json::value& body) : object_(body.if_object()) {
        is_whole_ = object_ != nullptr;
    }

    std::string text(const char* name);
    std::int64_t number(const char* name);
    WallTime time(const char* name) { return WallTime(std::chrono::milliseconds(number(name))); }
    std::map<std::string, std::string> texts(const char* name);
    // Empty when there is none.
    const json::array& list(const char* name);
    void note(bool is_whole) { is_whole_ = is_whole_ && is_whole; }
    bool is_whole() const { return is_whole_; }

private:
    const json::value* find(const char* name) const;

    const json::object* object_;
    bool is_whole_ = true;
};

json::object to_object(const std::map<std::string, std::string>& texts);
inline std::int64_t to_number(WallTime time) {
    return time.time_since_epoch().count();
}

// Corrupt: the record is not as it was written. `what` it is: "user".
std::unexpected<Error> unreadable(const storage::Record& record, std::string_view what);

}  // namespace gatehouse::iam
