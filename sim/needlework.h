/* How skin heals after microneedling, as a library. */
#ifndef NEEDLEWORK_H
#define NEEDLEWORK_H

#ifdef __cplusplus
extern "C" {
#endif

#define NEEDLEWORK_API __attribute__((visibility("default")))

/* "0.1.0": of the library that runs; that of this header is NEEDLEWORK_VERSION. */
#define NEEDLEWORK_VERSION "0.1.0"
NEEDLEWORK_API const char *needlework_version(void);

#ifdef __cplusplus
}
#endif

#endif
