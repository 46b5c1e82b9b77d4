// Encoding answers of the Query protocol: XML. Generated code says what stands where.
// Source: Smithy, "AWS query protocol" (lists are <member>, maps <entry><key/><value/></entry>).
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "api/wire/failure.h"
#include "api/wire/message.h"
#include "api/wire/timestamp.h"
#include "base/bytes.h"

namespace gatehouse::api::wire {

// Writes elements to the end of a text. What XML cannot hold becomes U+FFFD.
class XmlWriter {
public:
    explicit XmlWriter(std::string& xml) : xml_(xml) {}
    XmlWriter(const XmlWriter&) = delete;
    XmlWriter& operator=(const XmlWriter&) = delete;

    template <class T>
    void member(std::string_view name, const T& value) {
        open(name);
        content(value);
        close(name);
    }
    template <class T>
    void member(std::string_view name, const std::optional<T>& value) {
        if (value) member(name, *value);
    }
    void time(std::string_view name, const std::optional<WallTime>& value, TimeForm form) {
        if (value) member(name, format_time(*value, form));
    }

    void open(std::string_view name) { xml_.append("<").append(name).append(">"); }
    void close(std::string_view name) { xml_.append("</").append(name).append(">"); }

private:
    void content(std::string_view text);
    void content(const std::string& text) { content(std::string_view(text)); }
    void content(bool value) { xml_ += value ? "true" : "false"; }
    void content(std::int32_t value) { xml_ += std::to_string(value); }
    void content(std::int64_t value) { xml_ += std::to_string(value); }
    void content(WallTime value) { xml_ += format_time(value, TimeForm::Iso8601); }
    template <class T>
        requires std::is_enum_v<T>
    void content(T value) {
        content(to_text(value));
    }
    template <class T>
        requires requires(XmlWriter& writer, const T& value) { encode_members(writer, value); }
    void content(const T& value) {
        encode_members(*this, value);
    }
    template <class T>
    void content(const std::vector<T>& list) {
        for (const T& each : list) member("member", each);
    }
    template <class T>
    void content(const std::map<std::string, T>& map) {
        for (const auto& [key, value] : map) {
            open("entry");
            member("key", key);
            member("value", value);
            close("entry");
        }
    }

    std::string& xml_;
};

// <OperationResponse xmlns="…"><OperationResult>result</OperationResult>…; without a result only
// the metadata. The request's id is put in later (ResponseParts::after_request_id).
ResponseParts query_response(std::string_view operation, std::string_view xml_namespace,
                             const std::function<void(XmlWriter&)>& result);
// <ErrorResponse><Error>…</Error>…
ResponseParts query_error(const ErrorShape& shape, std::string_view message);

}  // namespace gatehouse::api::wire
