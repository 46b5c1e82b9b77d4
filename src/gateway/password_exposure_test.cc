#include "gateway/password_exposure.h"

#include <gtest/gtest.h>

namespace gatehouse::gateway {
namespace {

using net::TlsBefore;

enum class Balancer : std::uint8_t { Here, Elsewhere };

net::PeerFacts peer_from(std::string_view address) {
    net::PeerFacts peer;
    peer.remote = net::Address::parse(address, 1234).value();
    return peer;
}

PasswordExposure exposure_behind(Balancer balancer, TlsBefore tls) {
    net::PeerFacts peer = peer_from("192.0.2.1");
    peer.is_balancer_here = balancer == Balancer::Here;
    peer.tls_before = tls;
    return exposure_of(peer);
}

TEST(PasswordExposure, IsOnTheWayWhereverThereIsNoTls) {
    net::PeerFacts peer = peer_from("192.0.2.1");
    EXPECT_EQ(exposure_of(peer), PasswordExposure::OnTheWay);
    peer.is_tls = true;
    EXPECT_EQ(exposure_of(peer), PasswordExposure::None);
    EXPECT_EQ(exposure_of(peer_from("127.0.0.1")), PasswordExposure::None);
    EXPECT_EQ(exposure_behind(Balancer::Here, TlsBefore::No), PasswordExposure::OnTheWay);
    EXPECT_EQ(exposure_behind(Balancer::Elsewhere, TlsBefore::No), PasswordExposure::OnTheWay);
}

TEST(PasswordExposure, IsFromABalancerOnAnotherMachineWhateverCameBefore) {
    for (const TlsBefore tls : {TlsBefore::Yes, TlsBefore::Unknown}) {
        EXPECT_EQ(exposure_behind(Balancer::Elsewhere, tls), PasswordExposure::FromBalancer);
        EXPECT_EQ(exposure_behind(Balancer::Here, tls), PasswordExposure::None);
    }
}

}  // namespace
}  // namespace gatehouse::gateway
