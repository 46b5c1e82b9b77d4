// Reading the body of a stored record: members by name, each of its type. The names in the JSON are
// on disk: they are never changed.
//
//   RecordReader reader(object);
//   Thing thing{.type = reader.text("type")};
//   if (!reader.is_whole()) return unreadable(record, "thing");
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "base/result.h"
#include "registry/texts.h"
#include "storage/resource_store.h"

namespace gatehouse::registry {

json::object to_object(const Texts& texts);
// A time as RecordReader::time() reads it back.
inline std::int64_t milliseconds_of(WallTime time) {
    return time.time_since_epoch().count();
}

// Remembers whether a member was missing or of another type than asked for.
class RecordReader {
public:
    explicit RecordReader(const json::object& object) : object_(object) {}

    std::string text(const char* name);
    bool truth(const char* name);
    std::uint64_t number(const char* name);
    WallTime time(const char* name);  // milliseconds since 1970, or before
    Texts texts(const char* name);
    std::vector<std::string> names(const char* name);
    // Empty when there is none.
    const json::array& array(const char* name);
    // What another reader saw counts here, too.
    void note(bool is_whole) { whole_ = whole_ && is_whole; }
    bool is_whole() const { return whole_; }

private:
    template <class T>
    T broken(T nothing) {
        whole_ = false;
        return nothing;
    }

    const json::object& object_;
    bool whole_ = true;
};

// Corrupt: the record does not read back. `what` it is: "authorizer".
std::unexpected<Error> unreadable(const storage::Record& record, std::string_view what);
// The body as an object, or that.
Result<json::object> body_of(const storage::Record& record, std::string_view what);

}  // namespace gatehouse::registry
