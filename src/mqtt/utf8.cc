#include "mqtt/utf8.h"

#include "base/encoding.h"
#include "mqtt/protocol.h"

namespace gatehouse::mqtt {

TextProblem check_text(std::string_view text) {
    if (is_plain_text(text)) return TextProblem::None;
    if (text.find('\0') != std::string_view::npos) return TextProblem::Nul;
    return is_utf8(text) ? TextProblem::None : TextProblem::NotUtf8;
}

bool is_packet_text(std::string_view text) {
    return text.size() <= string_size_max && check_text(text) == TextProblem::None;
}

}  // namespace gatehouse::mqtt
