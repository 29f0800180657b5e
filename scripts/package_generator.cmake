# Read by CPack once for each kind of package.  A Debian package leaves libraries to Debian; the archive brings its own.
if(CPACK_GENERATOR STREQUAL "DEB")
    set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
    list(GET CPACK_INSTALL_CMAKE_PROJECTS 0 build)
    list(APPEND CPACK_INSTALL_CMAKE_PROJECTS ${build} needlework debian /) # a changelog in Debian's own form
elseif(CPACK_GENERATOR STREQUAL "TGZ")
    set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_LIST_DIR}/package_bundle.cmake)
endif()
