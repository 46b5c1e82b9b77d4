// Encoding responses: status, headers and a JSON body. Generated code says what goes where.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "api/wire/any_object.h"
#include "api/wire/message.h"
#include "api/wire/timestamp.h"
#include "base/bytes.h"

namespace gatehouse::api::wire {

// JSON text that grows. Texts are made well-formed: what is not UTF-8 becomes U+FFFD.
class JsonText {
public:
    std::string text;
};

void write(JsonText& json, std::string_view value);
// A literal would become a bool.
void write(JsonText& json, const char* value) = delete;
void write(JsonText& json, const std::string& value);
void write(JsonText& json, std::int32_t value);
void write(JsonText& json, std::int64_t value);
void write(JsonText& json, double value);
void write(JsonText& json, bool value);
void write(JsonText& json, const Bytes& value);  // base64
inline void write(JsonText& json, const AnyObject& value) {
    json.text += value.text;
}
void write_time(JsonText& json, WallTime value, TimeForm form);
inline void write(JsonText& json, WallTime value) {
    write_time(json, value, TimeForm::EpochSeconds);
}

class ObjectWriter {
public:
    explicit ObjectWriter(JsonText& json) : json_(json) { json_.text += '{'; }
    ~ObjectWriter() { json_.text += '}'; }
    ObjectWriter(const ObjectWriter&) = delete;
    ObjectWriter& operator=(const ObjectWriter&) = delete;

    template <class T>
    void member(std::string_view name, const T& value) {
        key(name);
        write(json_, value);
    }
    template <class T>
    void member(std::string_view name, const std::optional<T>& value) {
        if (value) member(name, *value);
    }
    void time(std::string_view name, const std::optional<WallTime>& value, TimeForm form) {
        if (!value) return;
        key(name);
        write_time(json_, *value, form);
    }

private:
    void key(std::string_view name);
    JsonText& json_;
    bool first_ = true;
};

template <class T>
    requires std::is_enum_v<T>
void write(JsonText& json, T value) {
    write(json, to_text(value));
}

template <class T>
    requires requires(ObjectWriter& writer, const T& value) { encode_members(writer, value); }
void write(JsonText& json, const T& value) {
    ObjectWriter writer(json);
    encode_members(writer, value);
}

template <class T>
void write(JsonText& json, const std::map<std::string, T>& value);

template <class T>
    requires(!std::is_same_v<std::vector<T>, Bytes>)
void write(JsonText& json, const std::vector<T>& value) {
    json.text += '[';
    for (std::size_t i = 0; i < value.size(); ++i) {
        if (i != 0) json.text += ',';
        write(json, static_cast<const T&>(value[i]));
    }
    json.text += ']';
}

template <class T>
void write(JsonText& json, const std::map<std::string, T>& value) {
    ObjectWriter writer(json);
    for (const auto& [key, element] : value) writer.member(key, element);
}

class ResponseWriter {
public:
    explicit ResponseWriter(unsigned status) { parts_.status = status; }

    void status(std::int32_t status) { parts_.status = static_cast<unsigned>(status); }
    void status(const std::optional<std::int32_t>& value) {
        if (value) status(*value);
    }
    void header(std::string_view name, const std::string& value) {
        parts_.headers.emplace_back(name, value);
    }
    void header(std::string_view name, std::int64_t value) { header(name, std::to_string(value)); }
    template <class T>
        requires std::is_enum_v<T>
    void header(std::string_view name, T value) {
        header(name, std::string(to_text(value)));
    }
    template <class T>
    void header(std::string_view name, const std::optional<T>& value) {
        if (value) header(name, *value);
    }
    // The body is one JSON object.
    template <class T>
    void body(const T& value, std::string_view content_type) {
        JsonText json;
        {
            ObjectWriter writer(json);
            encode_members(writer, value);
        }
        parts_.body = std::move(json.text);
        header("Content-Type", std::string(content_type));
    }
    // The body is these bytes.
    void payload(const Bytes& bytes) {
        parts_.body = std::string(text_of(bytes));
        header("Content-Type", std::string("application/json"));
    }
    void payload(const std::optional<Bytes>& bytes) {
        if (bytes) payload(*bytes);
    }

    ResponseParts finish() && { return std::move(parts_); }

private:
    ResponseParts parts_;
};

}  // namespace gatehouse::api::wire
