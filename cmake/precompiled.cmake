# Headers from outside, parsed once for all targets instead of once a source. Off in the preset
# `lint`, where a source that forgets an include is found.

option(GATEHOUSE_PRECOMPILE "Parse the headers from outside once" ON)

# `ARGN`: libraries whose definitions the header wants.
function(_gatehouse_precompile kind)
  set(header ${CMAKE_SOURCE_DIR}/cmake/precompiled/${kind}.h)
  add_library(precompiled_${kind} OBJECT ${CMAKE_SOURCE_DIR}/cmake/precompiled/empty.cc)
  target_precompile_headers(precompiled_${kind} PRIVATE ${header})
  target_link_libraries(precompiled_${kind} PRIVATE ${ARGN})
  # The compiler's file has this tree's path in it. Compiler caches of other trees' builds are
  # of use when they look at a digest of what was read instead (ccache's pch_external_checksum).
  execute_process(
    COMMAND ${CMAKE_CXX_COMPILER} -std=c++2b -E -P -Wno-pragma-once-outside-header
            -x c++ ${header}
    OUTPUT_VARIABLE text COMMAND_ERROR_IS_FATAL ANY)
  string(SHA256 digest "${text}")
  file(CONFIGURE CONTENT "${digest}\n" OUTPUT
       ${CMAKE_CURRENT_BINARY_DIR}/CMakeFiles/precompiled_${kind}.dir/cmake_pch.hxx.pch.sum)
endfunction()

# `kind`: library or test; `ARGN`: the modules that the target is made of or uses.
function(gatehouse_use_precompiled target kind)
  if("async" IN_LIST ARGN)
    set(kind asio_${kind})
  endif()
  if(TARGET precompiled_${kind})
    target_precompile_headers(${target} REUSE_FROM precompiled_${kind})
  endif()
endfunction()

if(GATEHOUSE_PRECOMPILE AND CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  add_compile_options("SHELL:-Xclang -fno-pch-timestamp")
  find_package(GTest REQUIRED)
  _gatehouse_precompile(library)
  _gatehouse_precompile(asio_library)
  _gatehouse_precompile(test GTest::gtest)
  _gatehouse_precompile(asio_test GTest::gtest)
endif()
