#include "api/wire/xml_writer.h"

#include <fmt/format.h>

#include "api/wire/well_formed_text.h"

namespace gatehouse::api::wire {
namespace {

// Source: XML 1.0, production [2] Char.
bool is_xml_character(std::string_view c) {
    if (c == "\xEF\xBF\xBE" || c == "\xEF\xBF\xBF") return false;
    return c.size() > 1 || static_cast<unsigned char>(c[0]) >= 0x20 || c == "\t" || c == "\n" ||
           c == "\r";
}

ResponseParts xml_answer(unsigned status, std::string xml, std::string after_request_id) {
    return {status, {{"Content-Type", "text/xml"}}, std::move(xml), std::move(after_request_id)};
}

}  // namespace

void XmlWriter::content(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t length = utf8_sequence_at(text, at);
        const char c = text[at];
        if (length == 0 || !is_xml_character(text.substr(at, length))) {
            xml_ += replacement_character;
        } else if (c == '&') {
            xml_ += "&amp;";
        } else if (c == '<') {
            xml_ += "&lt;";
        } else if (c == '>') {
            xml_ += "&gt;";
        } else if (c == '\r') {
            xml_ += "&#xD;";  // parsers would make a line feed of it
        } else {
            xml_ += text.substr(at, length);
        }
        at += length == 0 ? 1 : length;
    }
}

ResponseParts query_response(std::string_view operation, std::string_view xml_namespace,
                             const std::function<void(XmlWriter&)>& result) {
    std::string xml = fmt::format("<{}Response xmlns=\"{}\">", operation, xml_namespace);
    if (result) {
        XmlWriter writer(xml);
        const std::string name = fmt::format("{}Result", operation);
        writer.open(name);
        result(writer);
        writer.close(name);
    }
    xml += "<ResponseMetadata><RequestId>";
    return xml_answer(200, std::move(xml),
                      fmt::format("</RequestId></ResponseMetadata></{}Response>", operation));
}

ResponseParts query_error(const ErrorShape& shape, std::string_view message) {
    std::string xml = "<ErrorResponse><Error>";
    XmlWriter writer(xml);
    writer.member("Type", std::string_view(shape.status >= 500 ? "Receiver" : "Sender"));
    writer.member("Code", shape.name);
    writer.member("Message", message);
    xml += "</Error><RequestId>";
    return xml_answer(shape.status, std::move(xml), "</RequestId></ErrorResponse>");
}

}  // namespace gatehouse::api::wire
