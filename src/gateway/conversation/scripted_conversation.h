// For the conversation fuzzer and its test: whole conversations of several clients with the gateway
// and the broker, without a network. A script says what the clients do, models of the clients say
// what the server may answer.
//
// The first three bytes choose the profile, event loops and disk, and how much output is kept; then
// each action is a letter (or any byte that stands for one), the connection it is about, and its
// fields. At the end of a line all goes on until nothing is left to do; the actions of one line
// happen before the server turns once.
//
//   c  a new connection that sends CONNECT      h  hold: only so many bytes go out, then a turn
//   o  a new connection that sends nothing      q  stop reading, or read on
//   p  PUBLISH      b  the last QoS 2 again     a  acknowledge as a good client does, or not
//   s  SUBSCRIBE    u  UNSUBSCRIBE              k  close abruptly     e  end the client's half
//   1-4  PUBACK, PUBREC, PUBREL, PUBCOMP        t  time goes by
//   g  PINGREQ      d  DISCONNECT               f  an administrator ends the connection
//   x  packets out of place                     v  an administrator sends a message
//   r  raw bytes                                z  the server begins anew, after a crash
//                                               (1) or not
#pragma once

#include "base/bytes.h"

namespace gatehouse::gateway {

// Throws Finding where something does not hold.
void play(BytesView script);

}  // namespace gatehouse::gateway
