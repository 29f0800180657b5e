#define _POSIX_C_SOURCE 200809L
#include "seal.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DIGEST = 32, BLOCK = 1 << 14 };
static const char MARK[] = "\nneedlework seal"; /* 16 bytes, after the digest */
enum { SEAL = DIGEST + sizeof MARK - 1 };

/* The SHA-256 of the next `bytes` bytes; false when they cannot be read. */
static bool digest_of(int file, off_t bytes, unsigned char digest[DIGEST])
{
    unsigned char block[BLOCK]; /* not from the heap: what cannot be read is damaged, what is short of memory is not */
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool ok = context && EVP_DigestInit_ex(context, EVP_sha256(), NULL);
    while (ok && bytes > 0) {
        const ssize_t n = read(file, block, bytes < BLOCK ? (size_t)bytes : sizeof block);
        ok = n > 0 && EVP_DigestUpdate(context, block, (size_t)n);
        bytes -= n;
    }
    ok = ok && EVP_DigestFinal_ex(context, digest, NULL);
    EVP_MD_CTX_free(context);
    return ok;
}

enum status seal_write(const char *path)
{
    unsigned char seal[SEAL];
    struct stat about;
    memcpy(seal + DIGEST, MARK, SEAL - DIGEST);
    errno = 0; /* a write that ends early says no more than that: there is no space */
    const int file = open(path, O_RDWR | O_CLOEXEC);
    bool ok = file >= 0 && fstat(file, &about) == 0 && digest_of(file, about.st_size, seal) && write(file, seal, SEAL) == SEAL &&
              fsync(file) == 0;
    int reason = errno;
    if (file >= 0 && close(file) != 0 && ok) {
        ok = false;
        reason = errno;
    }
    return ok ? OK : status_fail(ERR_IO, "%s: cannot be written to the disk: %s", path, strerror(reason ? reason : ENOSPC));
}

/* Reads the seal at the end of a file; *holds says whether it is of what stands before it.  False when there is none. */
static bool read_seal(const char *path, bool *holds)
{
    unsigned char digest[DIGEST], seal[SEAL];
    struct stat about;
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    const bool found = file >= 0 && fstat(file, &about) == 0 && about.st_size > SEAL &&
                       pread(file, seal, SEAL, about.st_size - SEAL) == SEAL && memcmp(seal + DIGEST, MARK, SEAL - DIGEST) == 0;
    *holds = found && digest_of(file, about.st_size - SEAL, digest) && memcmp(seal, digest, DIGEST) == 0;
    if (file >= 0)
        close(file);
    return found;
}

bool seal_holds(const char *path)
{
    bool holds;
    return read_seal(path, &holds) && holds;
}

bool seal_is_broken(const char *path)
{
    bool holds;
    return read_seal(path, &holds) && !holds;
}

bool seal_sha256(const char *path, char hex[SEAL_SHA256])
{
    unsigned char digest[DIGEST];
    struct stat about;
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    const bool ok = file >= 0 && fstat(file, &about) == 0 && digest_of(file, about.st_size, digest);
    const int reason = errno;
    if (file >= 0)
        close(file);
    for (size_t i = 0; ok && i < DIGEST; i++)
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    errno = reason;
    return ok;
}
