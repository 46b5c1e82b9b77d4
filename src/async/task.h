// The coroutine type of the whole program: a lazily started task that runs on one event loop.
//
//   async::Task<Result<Identity>> authenticate(Credentials credentials, Deadline deadline);
//
// Threads: a task runs, suspends and resumes on the loop it was started on, for its whole life.
// Parameters of a coroutine that outlives its caller's full expression are taken by value.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

namespace gatehouse::async {

namespace asio = boost::asio;

using Executor = asio::io_context::executor_type;

template <class T>
using Task = asio::awaitable<T, Executor>;

}  // namespace gatehouse::async
