# Archives instead of shared objects for what the distribution ships as `.a`: the program then
# needs no relocation of large libraries at start, and holds only the pages it uses.
#
# Each line makes a target with the plain name of the library, so that `LIBRARIES ssl crypto` in
# a module picks the archive. What is not shipped as an archive (fmt) stays shared.

function(gatehouse_static_library name)
  cmake_parse_arguments(arg "" "" "NEEDS" ${ARGN})
  find_library(GATEHOUSE_STATIC_${name} NAMES lib${name}.a)
  mark_as_advanced(GATEHOUSE_STATIC_${name})
  if(NOT GATEHOUSE_STATIC_${name})
    return()  # the plain name then means the shared library
  endif()
  add_library(${name} STATIC IMPORTED GLOBAL)
  set_target_properties(${name} PROPERTIES IMPORTED_LOCATION ${GATEHOUSE_STATIC_${name}}
                                           INTERFACE_LINK_LIBRARIES "${arg_NEEDS}")
endfunction()

gatehouse_static_library(argon2 NEEDS Threads::Threads)
gatehouse_static_library(boost_container)
gatehouse_static_library(crypt)
gatehouse_static_library(boost_json NEEDS boost_container)
gatehouse_static_library(crypto NEEDS Threads::Threads ${CMAKE_DL_LIBS})
gatehouse_static_library(ssl NEEDS crypto)
gatehouse_static_library(sqlite3 NEEDS Threads::Threads ${CMAKE_DL_LIBS} m)
gatehouse_static_library(re2 NEEDS Threads::Threads)
gatehouse_static_library(z)
gatehouse_static_library(zstd)
gatehouse_static_library(bz2)
gatehouse_static_library(lzma)
gatehouse_static_library(nettle)
# Only the zip reader is used; what it needs comes along, the other formats stay behind.
gatehouse_static_library(archive NEEDS z bz2 lzma zstd nettle)

# For find_package(OpenSSL).
set(OPENSSL_USE_STATIC_LIBS ON)
