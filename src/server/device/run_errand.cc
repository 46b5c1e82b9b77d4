#include "server/device/run_errand.h"

namespace gatehouse::server::device {

Exit run_errand(const Invocation& invocation, const ConnectWish& wish, Narration narration,
                const MakeErrand& make) {
    const auto library = load_mosquitto();
    if (!library) return report(invocation, library.error());
    const auto stop = StopSignal::watch();
    if (!stop) return report(invocation, stop.error());
    const SystemClock clock;
    SystemRandom random;
    const auto errand = make({clock, wish});
    Conversation conversation({*library, clock, random, **stop}, *errand, wish.named_authorizer,
                              wish.patience, narration);
    return conversation.run(wish.plan);
}

}  // namespace gatehouse::server::device
