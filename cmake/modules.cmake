# One folder under src/ is one module: one static library, one namespace.
#
#   gatehouse_module(NAME
#     SOURCES  a.cc b.cc         # listed by hand
#     USES     base async        # modules whose headers this one may include; nothing more is
#                                # on its include path, so an undeclared include does not compile
#     LIBRARIES fmt::fmt)        # libraries from outside
#   gatehouse_module_test(NAME SOURCES a_test.cc b_test.cc [USES more] [LIBRARIES more])
#   gatehouse_program(NAME SOURCES main.cc USES modules [LIBRARIES more])
#   gatehouse_benchmark(NAME SOURCES x_bench.cc USES modules)
#   gatehouse_fuzzer(NAME SOURCES x_fuzz.cc USES modules [CORPUS dir])

# Targets that build every member of a kind.
foreach(kind unit_tests benchmarks fuzzers)
  add_custom_target(${kind})
endforeach()

# Each module's headers are reached as "module/header.h" through a folder of its own that holds
# one link, so that naming one module does not open the others.
function(_gatehouse_include_root module out)
  set(root ${CMAKE_BINARY_DIR}/include/${module})
  if(NOT EXISTS ${root}/${module})
    file(MAKE_DIRECTORY ${root})
    file(CREATE_LINK ${CMAKE_SOURCE_DIR}/src/${module} ${root}/${module} SYMBOLIC)
  endif()
  set(${out} ${root} PARENT_SCOPE)
endfunction()

function(_gatehouse_use target scope)
  foreach(module ${ARGN})
    _gatehouse_include_root(${module} root)
    target_include_directories(${target} PRIVATE ${root})
    target_link_libraries(${target} ${scope} gatehouse_${module})
  endforeach()
endfunction()

function(gatehouse_module name)
  cmake_parse_arguments(arg "" "" "SOURCES;USES;LIBRARIES" ${ARGN})
  add_library(gatehouse_${name} STATIC ${arg_SOURCES})
  _gatehouse_include_root(${name} own)
  target_include_directories(gatehouse_${name} PRIVATE ${own})
  _gatehouse_use(gatehouse_${name} PUBLIC ${arg_USES})
  target_link_libraries(gatehouse_${name} PUBLIC ${arg_LIBRARIES} Threads::Threads)
  gatehouse_use_precompiled(gatehouse_${name} library ${name} ${arg_USES})
  gatehouse_compile_together(gatehouse_${name})
endfunction()

function(gatehouse_module_test name)
  cmake_parse_arguments(arg "" "" "SOURCES;USES;LIBRARIES" ${ARGN})
  find_package(GTest REQUIRED)
  set(target ${name}_test)
  add_executable(${target} ${arg_SOURCES})
  _gatehouse_use(${target} PRIVATE ${name} ${arg_USES})
  target_link_libraries(${target} PRIVATE ${arg_LIBRARIES} GTest::gmock GTest::gtest_main)
  target_compile_definitions(${target} PRIVATE
    GATEHOUSE_SOURCE_DIR="${CMAKE_SOURCE_DIR}" GATEHOUSE_BINARY_DIR="${CMAKE_BINARY_DIR}")
  gatehouse_use_precompiled(${target} test ${name} ${arg_USES})
  gatehouse_compile_together(${target})
  add_dependencies(unit_tests ${target})
  add_test(NAME ${target} COMMAND ${target})
  set_tests_properties(${target} PROPERTIES TIMEOUT 600 LABELS unit)
endfunction()

function(gatehouse_program name)
  cmake_parse_arguments(arg "" "" "SOURCES;USES;LIBRARIES" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  _gatehouse_use(${name} PRIVATE ${arg_USES})
  target_link_libraries(${name} PRIVATE ${arg_LIBRARIES})
  gatehouse_use_precompiled(${name} library ${arg_USES})
endfunction()

function(gatehouse_benchmark name)
  cmake_parse_arguments(arg "" "" "SOURCES;USES;LIBRARIES" ${ARGN})
  find_package(benchmark REQUIRED)
  add_executable(${name} ${arg_SOURCES})
  add_dependencies(benchmarks ${name})
  _gatehouse_use(${name} PRIVATE ${arg_USES})
  target_link_libraries(${name} PRIVATE
    gatehouse_allocation_count ${arg_LIBRARIES} benchmark::benchmark)
  set_property(GLOBAL APPEND_STRING PROPERTY GATEHOUSE_BENCHMARKS "${name}\n")
endfunction()

function(gatehouse_fuzzer name)
  cmake_parse_arguments(arg "" "CORPUS" "SOURCES;USES;LIBRARIES" ${ARGN})
  if(NOT GATEHOUSE_FUZZ)
    return()
  endif()
  add_executable(${name} ${arg_SOURCES})
  add_dependencies(fuzzers ${name})
  _gatehouse_use(${name} PRIVATE ${arg_USES})
  target_link_libraries(${name} PRIVATE ${arg_LIBRARIES} -fsanitize=fuzzer)
  set(line ${name})
  if(arg_CORPUS)
    cmake_path(ABSOLUTE_PATH arg_CORPUS BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
    string(APPEND line " ${arg_CORPUS}")
  endif()
  set_property(GLOBAL APPEND_STRING PROPERTY GATEHOUSE_FUZZERS "${line}\n")
endfunction()

# Lists for `./dev bench` and `./dev fuzz`, one program a line (a fuzzer with its seed corpus).
# To be called after the last target is declared.
function(gatehouse_write_lists)
  get_property(benchmarks GLOBAL PROPERTY GATEHOUSE_BENCHMARKS)
  file(WRITE ${CMAKE_BINARY_DIR}/benchmarks.txt "${benchmarks}")
  get_property(fuzzers GLOBAL PROPERTY GATEHOUSE_FUZZERS)
  file(WRITE ${CMAKE_BINARY_DIR}/fuzzers.txt "${fuzzers}")
endfunction()
