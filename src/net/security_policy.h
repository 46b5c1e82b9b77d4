// Which versions of TLS and which ciphers are spoken, by AWS IoT's names.
//
// Source: AWS IoT Core Developer Guide, "Transport security". The default leaves out what AWS still
// takes of TLS 1.2 without forward secrecy (RSA key exchange); the older policies have it.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/choice.h"

namespace gatehouse::net {

enum class SecurityPolicy : std::uint8_t {
    Tls13_1_3_2022_10,  // 1.3 alone
    Tls13_1_2_2022_10,  // 1.3 and 1.2
    Tls12_1_2_2022_10,  // 1.2 alone
    Tls12_1_0_2016_01,  // 1.2 alone, as AWS serves it today
    Tls12_1_0_2015_01,  // likewise, with DHE
};

}  // namespace gatehouse::net

template <>
struct gatehouse::ChoiceNames<gatehouse::net::SecurityPolicy> {
    static constexpr std::array<std::string_view, 5> names{
        "IoTSecurityPolicy_TLS13_1_3_2022_10", "IoTSecurityPolicy_TLS13_1_2_2022_10",
        "IoTSecurityPolicy_TLS12_1_2_2022_10", "IoTSecurityPolicy_TLS12_1_0_2016_01",
        "IoTSecurityPolicy_TLS12_1_0_2015_01"};
};
