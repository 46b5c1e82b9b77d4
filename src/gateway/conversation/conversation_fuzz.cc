// Any script of what several clients do, played with the real gateway and broker: the server must
// neither break nor say what it may not. See scripted_conversation.h for what the bytes mean.
#include <cstddef>
#include <cstdint>

#include "gateway/conversation/scripted_conversation.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::size_t bytes_max = 2000;  // longer scripts show nothing new
    if (size <= bytes_max) gatehouse::gateway::play({data, size});
    return 0;
}
