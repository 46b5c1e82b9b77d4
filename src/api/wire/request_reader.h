// Decoding a request: labels of the path, query, headers and the JSON body or the form. One codec
// for REST-JSON, JSON 1.1 and Query; generated code says what stands where.
#pragma once

#include <memory>

#include "api/wire/json_reader.h"
#include "api/wire/message.h"

namespace gatehouse::api::wire {

// Texts of paths, queries and headers.
bool read_text(std::string_view text, std::string& out, const Rule& rule, DecodeContext& context);
bool read_text(std::string_view text, std::int32_t& out, const Rule& rule, DecodeContext& context);
bool read_text(std::string_view text, std::int64_t& out, const Rule& rule, DecodeContext& context);
bool read_text(std::string_view text, bool& out, const Rule& rule, DecodeContext& context);
bool read_text(std::string_view text, WallTime& out, const Rule& rule, DecodeContext& context);
template <class T>
    requires std::is_enum_v<T>
bool read_text(std::string_view text, T& out, const Rule& rule, DecodeContext& context) {
    std::string value;
    return read_text(text, value, rule, context) && from_text(value, out);
}

class RequestReader : Pinned {
public:
    explicit RequestReader(const RequestParts& parts);
    ~RequestReader();

    template <class T>
    void label(std::size_t index, std::string_view member, T& out, const Rule& rule) {
        const auto at = context_.member(member);
        read_text(parts_.labels.at(index), out, rule, context_);
    }
    template <class T>
    void query(std::string_view name, std::string_view member, T& out, const Rule& rule) {
        take(find_query(name), member, out, rule);
    }
    // "?tagKeys=a&tagKeys=b"
    template <class T>
    void query(std::string_view name, std::string_view member, std::vector<T>& out,
               const Rule& rule) {
        const auto at = context_.member(member);
        if (!find_query(name)) context_.missing();
        read_list(name, out, rule);
    }
    template <class T>
    void query(std::string_view name, std::string_view member, std::optional<std::vector<T>>& out,
               const Rule& rule) {
        const auto at = context_.member(member);
        if (find_query(name)) read_list(name, out.emplace(), rule);
    }
    template <class T>
    void header(std::string_view name, std::string_view member, T& out, const Rule& rule) {
        take(find_header(name), member, out, rule);
    }

    // The body as a JSON object; an empty body is an empty object.
    ObjectReader body();
    // The fields as an object; see form.h.
    ObjectReader form();
    // The body is this member alone: raw bytes, or a struct.
    void payload(std::optional<Bytes>& out) { payload(out.emplace()); }
    void payload(Bytes& out) {
        const BytesView bytes = bytes_of(parts_.body);
        out.assign(bytes.begin(), bytes.end());
    }
    template <class T>
    void payload(T& out, std::string_view member) {
        const auto at = context_.member(member);
        ObjectReader reader = body();
        decode_members(reader, out);
    }
    template <class T>
    void payload(std::optional<T>& out, std::string_view member) {
        if (!parts_.body.empty()) payload(out.emplace(), member);
    }

    template <class T>
    Outcome<T> finish(T&& request) {
        if (auto failure = context_.failure()) return std::unexpected(std::move(*failure));
        return std::forward<T>(request);
    }

private:
    struct Document;

    std::optional<std::string_view> find_query(std::string_view name) const;
    std::optional<std::string_view> find_header(std::string_view name) const;
    void list_violated(std::string_view name, const Rule& rule);

    template <class T>
    void take(std::optional<std::string_view> text, std::string_view member, T& out,
              const Rule& rule) {
        const auto at = context_.member(member);
        if (text) {
            read_text(*text, out, rule, context_);
        } else {
            context_.missing();
        }
    }
    template <class T>
    void take(std::optional<std::string_view> text, std::string_view member, std::optional<T>& out,
              const Rule& rule) {
        const auto at = context_.member(member);
        if (text) read_text(*text, out.emplace(), rule, context_);
    }
    template <class T>
    void read_list(std::string_view name, std::vector<T>& out, const Rule& rule) {
        const bool violated = [&] {
            const DecodeContext::Elements elements(context_);
            for (const auto& [key, value] : parts_.query) {
                if (key == name) read_text(value, out.emplace_back(), *rule.element, context_);
            }
            return elements.any_violated();
        }();
        const auto demands = unmet_by_size(rule, out.size());
        if (violated || !demands.empty()) list_violated(name, rule);
    }

    const RequestParts& parts_;
    DecodeContext context_;
    std::unique_ptr<Document> document_;
};

}  // namespace gatehouse::api::wire
