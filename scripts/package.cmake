# What `cmake --install` and CPack put where: everything by paths relative to the prefix, so that an installation may be moved.
include(GNUInstallDirs)
set(share ${CMAKE_INSTALL_DATADIR}/needlework)

install(TARGETS needlework RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT runtime)

# install_tree(DESTINATION FILE...): files by their path in the source tree.
function(install_tree destination)
    foreach(path ${ARGN})
        get_filename_component(folder ${path} DIRECTORY)
        install(FILES ${path} DESTINATION ${destination}/${folder} COMPONENT runtime)
    endforeach()
endfunction()
file(GLOB_RECURSE data RELATIVE ${CMAKE_SOURCE_DIR} CONFIGURE_DEPENDS configs/*.yaml configs/*.csv analysis/*.py analysis/page/*)
list(FILTER data EXCLUDE REGEX "analysis/web/|__pycache__")
install_tree(${share} ${data})
file(GLOB_RECURSE pages RELATIVE ${CMAKE_SOURCE_DIR} CONFIGURE_DEPENDS analysis/*.md analysis/*.png analysis/*.jpg configs/*.md models/*.md scripts/*.md
    models/*.png sim/*.md)
list(FILTER pages EXCLUDE REGEX "analysis/web/|sim/examples/")
install_tree(${CMAKE_INSTALL_DOCDIR} README.md CITATION.cff ${pages})
install(PROGRAMS scripts/slurm/run.sbatch DESTINATION ${share}/slurm COMPONENT runtime)
install(FILES scripts/modulefile RENAME ${PROJECT_VERSION} DESTINATION ${CMAKE_INSTALL_DATADIR}/modulefiles/needlework COMPONENT runtime)

# Manual, completion and what Debian wants of a package's documentation, made by the program and of the tree's own files.
set(made ${CMAKE_BINARY_DIR}/share)
file(MAKE_DIRECTORY ${made})
add_custom_command(OUTPUT ${made}/needlework.1.gz ${made}/needlework ${made}/_needlework ${made}/needlework.fish ${made}/changelog.gz VERBATIM DEPENDS needlework CHANGELOG.md
    COMMAND sh -c "\"$1\" manual | gzip -9n > needlework.1.gz && \"$1\" completion bash > needlework && \"$1\" completion zsh > _needlework \
&& \"$1\" completion fish > needlework.fish && gzip -9nc \"$2\" > changelog.gz" -
        $<TARGET_FILE:needlework> ${CMAKE_SOURCE_DIR}/CHANGELOG.md WORKING_DIRECTORY ${made})
add_custom_target(documents ALL DEPENDS ${made}/needlework.1.gz)
file(READ LICENSE license)
file(READ analysis/page/uPlot.LICENSE license_uplot)
file(WRITE ${made}/copyright "${license}\n\nThe charts of `needlework plot report` are drawn by uPlot (https://github.com/leeoniya/uPlot), which comes along:\n\n"
    "${license_uplot}")
install(FILES ${made}/needlework.1.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT runtime)
install(FILES ${made}/needlework DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions COMPONENT runtime)
foreach(folder site-functions vendor-completions) # where zsh looks, and where that of Debian does
    install(FILES ${made}/_needlework DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/${folder} COMPONENT runtime)
endforeach()
install(FILES ${made}/needlework.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d COMPONENT runtime)
install(FILES ${made}/changelog.gz ${made}/copyright DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT runtime)

# ---- packages: `cpack -G DEB` and `cpack -G TGZ` in the build folder, or scripts/package.sh for both ----
set(CPACK_PACKAGE_CONTACT "The Needlework developers <needlework@example.org>" CACHE STRING "who answers for the packages")
set(CPACK_PACKAGE_VENDOR "The Needlework developers")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "simulator of skin healing after microneedling")
set(CPACK_GENERATOR "DEB;TGZ")
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGE_FILE_NAME needlework-${PROJECT_VERSION}-${CMAKE_SYSTEM_NAME}-${CMAKE_SYSTEM_PROCESSOR})
set(CPACK_PROJECT_CONFIG_FILE ${CMAKE_SOURCE_DIR}/scripts/package_generator.cmake)
set(CPACK_THREADS 0)

# One Debian package: the headers are 30 kB, and whoever installs the program can build a model of their own against it at once.  What the
# first figure needs is depended on; what apt would recommend on top of that is gigabytes, so everything else is only recommended.
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "python3 (>= 3.9), python3-numpy, python3-matplotlib, python3-h5py, python3-xarray, python3-yaml, python3-pil")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "python3-scipy, python3-netcdf4, ffmpeg")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "Needle channels in a three-dimensional piece of dermis, and fibroblasts,
 signals, collagen, elastin and epidermis followed as they heal, at the
 needle depth, density and interval of a YAML configuration; results in HDF5
 that is netCDF-4 as well; figures, films and lessons made of them; the C
 library and the headers for models of your own.")
set(debian ${CMAKE_BINARY_DIR}/debian)
string(TIMESTAMP now "%a, %d %b %Y %H:%M:%S +0000" UTC)
file(WRITE ${debian}/changelog "needlework (${PROJECT_VERSION}-1) unstable; urgency=low\n\n  * Made by CPack; what changed: changelog.gz.\n\n"
    " -- ${CPACK_PACKAGE_CONTACT}  ${now}\n")
execute_process(COMMAND gzip -9nc ${debian}/changelog OUTPUT_FILE ${debian}/changelog.Debian.gz COMMAND_ERROR_IS_FATAL ANY)
install(FILES ${debian}/changelog.Debian.gz DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT debian EXCLUDE_FROM_ALL)
# The loader learns of the library by dpkg's own trigger.
file(WRITE ${debian}/triggers "activate-noawait ldconfig\n")
file(WRITE ${debian}/shlibs "libneedlework 0 needlework (>= ${PROJECT_VERSION})\n")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${debian}/triggers ${debian}/shlibs)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
include(CPack)
