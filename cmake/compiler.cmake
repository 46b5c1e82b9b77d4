# Language level, warnings, sanitizers and linker, the same for every target.

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_SCAN_FOR_MODULES OFF)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 14)
  message(FATAL_ERROR "g++ before 14 destroys temporaries in co_await expressions twice; "
                      "use clang 19 (the CMake presets do) or g++ 14.")
endif()

set(GATEHOUSE_SANITIZE "" CACHE STRING "Sanitizers, as -fsanitize= takes them")
option(GATEHOUSE_FUZZ "Build the fuzzers (libFuzzer)" OFF)

# Assertions are about our own invariants and stay on in release builds; line tables cost
# nothing at run time and make a crash report readable.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -gline-tables-only")
set(CMAKE_CXX_FLAGS_DEBUG "-O1 -gline-tables-only -fno-omit-frame-pointer")

add_compile_options(-Wall -Wextra -Werror -Wno-missing-field-initializers
                    -fno-semantic-interposition -ffunction-sections -fdata-sections)
add_compile_definitions(_GNU_SOURCE
                        BOOST_ASIO_SEPARATE_COMPILATION
                        BOOST_ASIO_NO_DEPRECATED
                        BOOST_ASIO_DISABLE_BOOST_DATE_TIME
                        BOOST_BEAST_SEPARATE_COMPILATION)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  add_link_options(-fuse-ld=lld -Wl,--gc-sections -Wl,-z,pack-relative-relocs)
endif()
if(GATEHOUSE_SANITIZE)
  add_compile_options(-fsanitize=${GATEHOUSE_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${GATEHOUSE_SANITIZE})
elseif(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # The sanitizers' own objects lack what the linker needs for it, and it warns of each of them.
  add_link_options(-Wl,--icf=safe)
endif()
if(GATEHOUSE_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

# Debug information and __FILE__ name the sources relative to the tree, so that builds of two
# clones are alike and share their compiler cache.
add_compile_options(-ffile-prefix-map=${CMAKE_SOURCE_DIR}/=)
find_program(GATEHOUSE_CCACHE ccache)
if(GATEHOUSE_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}
                                  CCACHE_NOHASHDIR=1 CCACHE_PCH_EXTSUM=1
                                  CCACHE_SLOPPINESS=pch_defines,time_macros
                                  ${GATEHOUSE_CCACHE})
endif()
