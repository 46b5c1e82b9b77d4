// One message as SQL sees it. Its payload is taken apart once, whichever rules look into it.
//
// Threads: one at a time to make; then any. Lives as long as what was evaluated with it.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/pinned.h"
#include "rules/message.h"
#include "sql/document.h"
#include "sql/message.h"

namespace gatehouse::rules {

class Reading : Pinned {
public:
    Reading(MessagePtr message, WallTime now);

    const Message& message() const { return *message_; }
    const MessagePtr& shared_message() const { return message_; }
    const sql::Message& view() const { return view_; }
    bool is_json() const { return view_.document != nullptr; }

private:
    void read_properties();

    const MessagePtr message_;
    sql::Document document_;
    std::vector<std::pair<std::string, std::string>> user_properties_;
    sql::Message view_;
};

}  // namespace gatehouse::rules
