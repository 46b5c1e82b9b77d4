#include "net/http.h"

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/status.hpp>

namespace gatehouse::net {

void HttpHeaders::set(std::string_view name, std::string value) {
    std::erase_if(fields_,
                  [&](const Field& field) { return boost::beast::iequals(field.first, name); });
    fields_.emplace_back(std::string(name), std::move(value));
}

std::optional<std::string_view> HttpHeaders::find(std::string_view name) const {
    for (const Field& field : fields_) {
        if (boost::beast::iequals(field.first, name)) return field.second;
    }
    return std::nullopt;
}

std::string_view reason_phrase(unsigned status) {
    const auto phrase =
        boost::beast::http::obsolete_reason(static_cast<boost::beast::http::status>(status));
    return {phrase.data(), phrase.size()};
}

HttpResponse Routes::refuse_request(unsigned status, std::string sentence) const {
    HttpResponse response{.status = status};
    response.headers.set("Content-Type", "text/plain; charset=utf-8");
    response.body = std::move(sentence) + "\n";
    return response;
}

}  // namespace gatehouse::net
