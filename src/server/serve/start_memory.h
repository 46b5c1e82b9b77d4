// What starting took and serving does not need.
#pragma once

namespace gatehouse::server {

// Gives it back to the system: memory that is free, and pages of the program's code, most of which
// ran at the start only, or came along since the kernel maps 64 KiB around each page that is asked
// for. Those that are used come again at the first use, from the page cache, which costs a start
// and a first connection about a millisecond each. A debugger's breakpoints have to be set anew.
//
// Threads: any, while others run the program.
void release_start_memory();

}  // namespace gatehouse::server
