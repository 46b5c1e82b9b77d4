#include "broker/session_subscriptions.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>

namespace gatehouse::broker {
namespace {

// Against a map, with few and with many.
TEST(SessionSubscriptions, FindsEachWhateverCameAndWent) {
    Quiescence quiescence;
    TopicTree tree(quiescence, ParentMatch::No, 1);
    SessionSubscriptions subscriptions;
    std::map<ShareNumber, std::uint32_t> groups;       // and their identifiers
    std::map<std::string, std::uint32_t> identifiers;  // by filter
    std::map<std::string, FilterHandle> handles;
    std::mt19937 random(7);
    for (std::uint32_t step = 0; step < 4000; ++step) {
        const bool grows = step < 1500 || (step > 2500 && step < 3000);
        const std::uint32_t which = random() % 700;
        const std::string filter = "f/" + std::to_string(which);
        const ShareNumber group = which + 1;
        const bool is_shared = random() % 4 == 0;
        if (!handles.contains(filter)) {
            handles[filter] = tree.subscribe(filter, Subscriber({}, {})).value();
        }
        SessionSubscription* found =
            is_shared ? subscriptions.find(group) : subscriptions.find(handles[filter]);
        const bool is_known = is_shared ? groups.contains(group) : identifiers.contains(filter);
        ASSERT_EQ(found != nullptr, is_known);
        if (found != nullptr) {
            ASSERT_EQ(found->options.identifier, is_shared ? groups[group] : identifiers[filter]);
        }
        if (found == nullptr && grows) {
            subscriptions.add({.filter = is_shared ? FilterHandle() : handles[filter],
                               .options = {.identifier = step},
                               .group = is_shared ? group : 0});
            (is_shared ? groups[group] : identifiers[filter]) = step;
        } else if (found != nullptr && !grows) {
            subscriptions.remove(*found);
            is_shared ? groups.erase(group) : identifiers.erase(filter);
        }
        ASSERT_EQ(subscriptions.size(), groups.size() + identifiers.size());
    }
}

}  // namespace
}  // namespace gatehouse::broker
