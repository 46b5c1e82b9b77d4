#include "broker/event_loop_port.h"

#include "broker/shard.h"

namespace gatehouse::broker {

EventLoopPort::EventLoopPort(async::EventLoop& loop)
    : LoopPort(loop.now()), loop_(loop), timer_([this] {
          if (shard_ != nullptr) shard_->run_due();
      }) {}

EventLoopPort::~EventLoopPort() {
    loop_.cancel_turn_end(*this);
}

void EventLoopPort::wake() {
    loop_.post([this] {
        if (shard_ != nullptr) shard_->take_mail();
    });
}

void EventLoopPort::on_turn_end() {
    if (shard_ != nullptr) shard_->end_turn();
}

}  // namespace gatehouse::broker
