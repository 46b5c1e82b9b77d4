# Sources are compiled several at a time: what they include is parsed, and what they instantiate is
# optimized, once for all of them: a clean build takes less than half of the time. What stands in
# their anonymous namespaces shares one scope. Off in the preset `debug`,
# where a changed source is compiled alone.
#
# `GATEHOUSE_UNITY`: how many at a time; 0: each alone.

set(GATEHOUSE_UNITY 6 CACHE STRING "Sources compiled at a time; 0: each alone")

function(gatehouse_compile_together target)
  if(GATEHOUSE_UNITY GREATER 0)
    set_target_properties(${target} PROPERTIES
      UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE ${GATEHOUSE_UNITY})
  endif()
endfunction()

# For sources that cannot share: `ARGN`.
function(gatehouse_compile_alone)
  set_source_files_properties(${ARGN} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
endfunction()
