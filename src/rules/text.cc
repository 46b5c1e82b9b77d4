#include "rules/text.h"

namespace gatehouse::rules {

Result<Text> ActionTexts::add(std::string_view text, OnUndefined on_undefined) {
    auto filling = sql::Template::compile(text, terms_);
    if (!filling) return fail(std::move(filling.error()));
    Text made;
    if (filling->is_constant()) {
        made.constant_ = text;
        return made;
    }
    made.number_ = declared_.size();
    declared_.push_back({std::move(*filling), on_undefined});
    return made;
}

}  // namespace gatehouse::rules
