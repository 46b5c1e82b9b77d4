// Runs what was wished for and prints what came of it.
#pragma once

#include "server/bench/bench_flags.h"
#include "server/command.h"

namespace gatehouse::server::bench {

// One thread, until the run is over or Ctrl-C. The result goes to `out`, a line each second to
// `err`.
Exit run_bench(const Invocation& invocation, BenchWish wish);

}  // namespace gatehouse::server::bench
