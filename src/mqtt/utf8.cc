#include "mqtt/utf8.h"

#include "base/encoding.h"

namespace gatehouse::mqtt {

TextProblem check_text(std::string_view text) {
    if (is_plain_text(text)) return TextProblem::None;
    if (text.find('\0') != std::string_view::npos) return TextProblem::Nul;
    return is_utf8(text) ? TextProblem::None : TextProblem::NotUtf8;
}

}  // namespace gatehouse::mqtt
