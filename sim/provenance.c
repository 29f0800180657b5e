#define _GNU_SOURCE /* sched_getaffinity */
#include "provenance.h"

#include "model_use.h"
#include "version.h"

#include <gsl/gsl_version.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>
#include <yaml.h>

const char *provenance_version(void)
{
    static const char *const modified = VERSION_MODIFIED > 0 ? ", modified" : "";
    static char version[128];
    snprintf(version, sizeof version, "%s (commit %.12s%s)", VERSION_NUMBER, VERSION_COMMIT, modified);
    return version;
}

enum status provenance_sha256(const char *text, char hex[PROVENANCE_SHA256])
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    if (!EVP_Digest(text, strlen(text), digest, &length, EVP_sha256(), NULL) || 2 * length + 1 != PROVENANCE_SHA256)
        return status_fail(ERR_IO, "cannot compute the SHA-256 of the configuration: OpenSSL failed");
    for (unsigned i = 0; i < length; i++)
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    return OK;
}

/* ---- the same for identical runs --------------------------------------------------------------------------------------------------- */

static void library_versions(char *text, size_t size)
{
    unsigned major = 0, minor = 0, release = 0;
    H5get_libversion(&major, &minor, &release);
    snprintf(text, size, "HDF5 %u.%u.%u, GSL %s, UDUNITS %s, libyaml %s, OpenSSL %s, OpenMP %s", major, minor, release, gsl_version,
             VERSION_UDUNITS, yaml_get_version_string(), OpenSSL_version(OPENSSL_VERSION_STRING),
#ifdef _OPENMP
#define TEXT_OF(x)  #x
#define VALUE_OF(x) TEXT_OF(x)
             VALUE_OF(_OPENMP)
#else
             "none"
#endif
    );
}

static enum status write_configuration(const char *path, hid_t group, const struct results_about *about)
{
    char hex[PROVENANCE_SHA256];
    enum status status = provenance_sha256(about->resolved ? about->resolved : "", hex);
    if (!status)
        status = h5_text(path, group, "configuration_sha256", hex);
    if (!status)
        status = h5_long_text(path, group, "configuration_given", "configuration as given", about->given ? about->given : "");
    if (!status)
        status = h5_long_text(path, group, "configuration_resolved", "configuration as resolved, defaults included",
                              about->resolved ? about->resolved : "");
    return status;
}

static enum status write_same(const char *path, hid_t group, const struct model *model, const struct results_about *about)
{
    char libraries[256];
    library_versions(libraries, sizeof libraries);
    const char *dirty = VERSION_MODIFIED > 0 ? "yes" : VERSION_MODIFIED == 0 ? "no" : "unknown";
    const char *overridden = about->overridden && about->overridden[0] ? about->overridden : "none";
    const struct {
        const char *name, *value;
    } texts[] = {
        {"program", "needlework"},
        {"version", VERSION_NUMBER},
        {"git_commit", VERSION_COMMIT},
        {"git_dirty", dirty},
        {"compiler", VERSION_COMPILER},
        {"flags", VERSION_FLAGS},
        {"libraries", libraries},
        {"model", model->name},
        {"model_title", model->title ? model->title : ""},
        {"model_reference", model->reference ? model->reference : ""},
        {"contraindications_overridden", overridden},
    };
    enum status status = OK;
    for (size_t i = 0; i < sizeof texts / sizeof *texts && !status; i++)
        status = h5_text(path, group, texts[i].name, texts[i].value);
    const struct model_origin *origin = model_origin(model);
    if (!status && origin)
        status = h5_text(path, group, "plugin_sha256", origin->sha256);
    if (!status)
        status = h5_integer(path, group, "channels", (long)about->channels);
    return status ? status : write_configuration(path, group, about);
}

/* ---- may differ ------------------------------------------------------------------------------------------------------------------ */

static const char *now(char text[32])
{
    time_t seconds = time(NULL);
    struct tm utc;
    if (!gmtime_r(&seconds, &utc) || !strftime(text, 32, "%Y-%m-%dT%H:%M:%SZ", &utc))
        snprintf(text, 32, "unknown");
    return text;
}

/* What one file of /proc says: the arguments of this process joined by blanks, or "unknown". */
static const char *command(char *text, size_t size)
{
    FILE *stream = fopen("/proc/self/cmdline", "rb");
    size_t n = stream ? fread(text, 1, size - 1, stream) : 0;
    if (stream)
        fclose(stream);
    while (n && text[n - 1] == '\0')
        n--;
    for (size_t i = 0; i < n; i++)
        if (text[i] == '\0')
            text[i] = ' ';
    text[n] = '\0';
    return n ? text : "unknown";
}

static long processors(void)
{
    cpu_set_t set;
    return sched_getaffinity(0, sizeof set, &set) ? sysconf(_SC_NPROCESSORS_ONLN) : CPU_COUNT(&set);
}

static enum status write_host(const char *path, hid_t group, const struct model *model, const struct results_about *about)
{
    const struct model_origin *origin = model_origin(model);
    char started[32], arguments[4096], system[sizeof(struct utsname)] = "unknown";
    struct utsname name = {.nodename = "unknown"};
    if (uname(&name) == 0)
        snprintf(system, sizeof system, "%s %s %s", name.sysname, name.release, name.machine);
    const char *job = getenv("SLURM_JOB_ID");
    const struct {
        const char *name, *value;
    } texts[] = {
        {"hostname", name.nodename},       {"system", system},        {"command", command(arguments, sizeof arguments)},
        {"slurm_job", job ? job : "none"}, {"started", now(started)},
    };
    enum status status = OK;
    for (size_t i = 0; i < sizeof texts / sizeof *texts && !status; i++)
        status = h5_text(path, group, texts[i].name, texts[i].value);
    if (!status && origin)
        status = h5_text(path, group, "plugin", origin->path);
    if (!status)
        status = h5_integer(path, group, "processors", processors());
    return status ? status : h5_integer(path, group, "threads", about->threads);
}

enum status provenance_write(const char *path, hid_t file, const struct model *model, const struct results_about *about)
{
    hid_t group = H5_NONE, host = H5_NONE;
    enum status status = h5_group(path, file, "provenance", &group);
    if (!status)
        status = write_same(path, group, model, about);
    if (!status)
        status = h5_group(path, group, "host", &host);
    if (!status)
        status = write_host(path, host, model, about);
    h5_close(host);
    h5_close(group);
    return status;
}

/* Opens /provenance/host of a file that exists. */
static enum status open_host(const char *path, hid_t file, hid_t *host)
{
    hid_t group = h5_child(file, "provenance", H5I_GROUP);
    *host = h5_child(group, "host", H5I_GROUP);
    h5_close(group);
    return *host < 0 ? status_fail(ERR_IO, "%s: has no /provenance/host", path) : OK;
}

enum status provenance_resumed(const char *path, hid_t file, const struct model *model, const struct results_about *about)
{
    const struct model_origin *origin = model_origin(model);
    char time_of_day[32], name[32];
    double times = 0.0;
    hid_t host;
    enum status status = open_host(path, file, &host);
    if (status)
        return status;
    h5_read_number(host, "resumed", &times);
    snprintf(name, sizeof name, "resumed_%.0f", times + 1.0);
    status = h5_text(path, host, name, now(time_of_day));
    snprintf(name, sizeof name, "resumed_%.0f_program", times + 1.0); /* with --force it may be another than began */
    if (!status)
        status = h5_text(path, host, name, provenance_version());
    snprintf(name, sizeof name, "resumed_%.0f_forced", times + 1.0);
    if (!status && about->forced && about->forced[0])
        status = h5_text(path, host, name, about->forced);
    snprintf(name, sizeof name, "resumed_%.0f_plugin", times + 1.0);
    if (!status && origin)
        status = h5_text(path, host, name, origin->sha256);
    if (!status)
        status = h5_integer(path, host, "resumed", (long)times + 1);
    if (!status)
        status = h5_integer(path, host, "threads", about->threads);
    h5_close(host);
    return status;
}

enum status provenance_finish(const char *path, hid_t file, double wall_seconds)
{
    char time_of_day[32];
    hid_t host;
    enum status status = open_host(path, file, &host);
    if (status)
        return status;
    if (H5Aexists(host, "ended") > 0 && H5Adelete(host, "ended") < 0) /* an earlier, interrupted end */
        status = h5_fail(path, "cannot replace the attribute ended");
    if (!status)
        status = h5_text(path, host, "ended", now(time_of_day));
    if (!status)
        status = h5_number(path, host, "wall_seconds", wall_seconds);
    h5_close(host);
    return status;
}
