# Makes the archive independent of the machine it is unpacked on: run by CPack over the folder it is about to pack.
#
# Copies every shared library that the program and libneedlework.so need, those of glibc aside, to lib/needlework, and lets each find them
# there by a path relative to itself.  The path is a DT_RPATH: unlike DT_RUNPATH it also serves the libraries' own needs and comes before
# LD_LIBRARY_PATH, where the modules of a cluster put other versions of HDF5.  The database of UDUNITS-2 goes to share/needlework/udunits.
find_program(PATCHELF patchelf REQUIRED)
file(GLOB roots LIST_DIRECTORIES true ${CPACK_TEMPORARY_DIRECTORY}/* ${CPACK_TEMPORARY_DIRECTORY})
foreach(root ${roots})
    if(EXISTS ${root}/bin/needlework)
        set(prefix ${root})
    endif()
endforeach()
file(GLOB libraries ${prefix}/lib*/libneedlework.so.?.*)
foreach(path ${prefix}/bin/needlework ${libraries})
    get_filename_component(folder ${path} DIRECTORY)
    file(RELATIVE_PATH from ${folder} ${prefix}/lib/needlework)
    execute_process(COMMAND ${PATCHELF} --force-rpath --set-rpath $ORIGIN/${from} ${path} COMMAND_ERROR_IS_FATAL ANY)
endforeach()

file(GET_RUNTIME_DEPENDENCIES EXECUTABLES ${prefix}/bin/needlework LIBRARIES ${libraries} RESOLVED_DEPENDENCIES_VAR found
    PRE_EXCLUDE_REGEXES "^ld-linux" "^lib(c|m|dl|rt|pthread|resolv)\\.so")
foreach(path ${found})
    file(INSTALL ${path} DESTINATION ${prefix}/lib/needlework FOLLOW_SYMLINK_CHAIN)
endforeach()
# A library's own path, if it had one, would come first.
file(GLOB bundled ${prefix}/lib/needlework/*.so*)
foreach(path ${bundled})
    if(NOT IS_SYMLINK ${path})
        execute_process(COMMAND ${PATCHELF} --remove-rpath ${path} COMMAND_ERROR_IS_FATAL ANY)
    endif()
endforeach()

find_path(UDUNITS_XML udunits2.xml PATHS /usr/share/xml/udunits /usr/share/udunits REQUIRED)
file(GLOB databases ${UDUNITS_XML}/udunits2*.xml)
file(INSTALL ${databases} DESTINATION ${prefix}/share/needlework/udunits)

# The licences of what is bundled, as Debian installed them.  dpkg knows some files by their path before /lib became a link to /usr/lib.
set(real)
foreach(path ${found})
    file(REAL_PATH ${path} path)
    string(REGEX REPLACE "^/usr/lib/" "/lib/" old ${path})
    list(APPEND real ${path} ${old})
endforeach()
execute_process(COMMAND dpkg-query --search ${real} OUTPUT_VARIABLE owners ERROR_QUIET)
string(REGEX MATCHALL "[^\n]+" owners "${owners}")
list(TRANSFORM owners REPLACE ":.*" "")
list(REMOVE_DUPLICATES owners)
foreach(owner ${owners})
    file(INSTALL /usr/share/doc/${owner}/copyright DESTINATION ${prefix}/share/doc/needlework/bundled RENAME ${owner})
endforeach()
