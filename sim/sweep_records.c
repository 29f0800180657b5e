#define _GNU_SOURCE
#include "sweep_records.h"

#include "clock.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/evp.h>

enum { HEADER = 128, MESSAGE_MOST = 4096, PAYLOAD_MOST = 2 * SWEEP_RECORD_MOST };
static const char title[] = "needlework sweep records 1\n";
static const uint32_t order_mark = 0x01020304, entry_mark = 0x4e57524b;

/* Before the payload of an entry: outcomes, time, values, message; then its checksum. */
struct head {
    uint32_t mark, payload; /* bytes */
    uint64_t index;
    double seconds;
    uint32_t outcomes, rows, columns, message; /* numbers of them; bytes of the message */
    int32_t status, unused;
};

struct sweep_log {
    const struct sweep *sweep;
    char path[SWEEP_PATH];
    int file;
    off_t end;
    char *buffer;
    size_t capacity;
    double synced; /* wall clock [s] */
    bool pending;  /* entries not yet known to be on disk */
};

static uint64_t checksum(const void *bytes, size_t n)
{
    unsigned char digest[EVP_MAX_MD_SIZE] = {0};
    uint64_t sum = 0;
    EVP_Digest(bytes, n, digest, NULL, EVP_sha256(), NULL);
    memcpy(&sum, digest, sizeof sum);
    return sum;
}

static void header_of(const struct sweep *sweep, char header[HEADER])
{
    memset(header, 0, HEADER);
    snprintf(header, HEADER, "%s%.64s", title, sweep->identity);
    memcpy(header + HEADER - sizeof order_mark, &order_mark, sizeof order_mark);
}

static size_t payload_bytes(const struct head *h)
{
    return (h->outcomes + (size_t)h->rows) * sizeof(double) + (size_t)h->rows * h->columns * sizeof(float) + h->message;
}

double sweep_record_bytes(const struct sweep *s)
{
    const double rows = s->keep == SWEEP_OUTCOMES ? 0.0 : s->rows;
    return (double)(sizeof(struct head) + sizeof(uint64_t) + s->n_outcomes * sizeof(double)) +
           rows * (double)(sizeof(double) + s->model->n_outcomes * sizeof(float));
}

/* ---- reading ----------------------------------------------------------------------------------------------------------------------- */

/* Room for n bytes, which may move. */
static bool reserve(char **buffer, size_t *capacity, size_t n)
{
    if (n <= *capacity)
        return true;
    char *larger = realloc(*buffer, 2 * n);
    if (!larger)
        return false;
    *buffer = larger;
    *capacity = 2 * n;
    return true;
}

/* The next whole entry into the buffer, its head apart; false at the end, or where something else stands. */
static bool next_entry(FILE *stream, const struct sweep *sweep, struct head *h, char **buffer, size_t *capacity)
{
    uint64_t sum;
    if (fread(h, sizeof *h, 1, stream) != 1 || h->mark != entry_mark || h->index >= sweep->n || h->outcomes != sweep->n_outcomes ||
        (h->columns != sweep->model->n_outcomes && h->rows) || h->rows > PAYLOAD_MOST / 64 || h->message > MESSAGE_MOST ||
        h->payload > PAYLOAD_MOST || payload_bytes(h) != h->payload || !reserve(buffer, capacity, sizeof *h + h->payload + 1))
        return false;
    memcpy(*buffer, h, sizeof *h);
    if (fread(*buffer + sizeof *h, 1, h->payload, stream) != h->payload || fread(&sum, sizeof sum, 1, stream) != 1 ||
        sum != checksum(*buffer, sizeof *h + h->payload))
        return false;
    (*buffer)[sizeof *h + h->payload] = '\0';
    return true;
}

/* What the buffer holds.  Doubles come first: head and buffer are aligned for them. */
static struct sweep_record record_of(const struct head *h, const char *buffer)
{
    const double *numbers = (const double *)(const void *)(buffer + sizeof *h);
    const float *values = (const float *)(const void *)(numbers + h->outcomes + h->rows);
    return (struct sweep_record){.index = h->index,
                                 .status = h->status,
                                 .seconds = h->seconds,
                                 .outcomes = numbers,
                                 .message = (const char *)(values + (size_t)h->rows * h->columns),
                                 .rows = h->rows,
                                 .time = numbers + h->outcomes,
                                 .values = values};
}

/* Whether the header is that of a log of this plan; an empty or unfinished one is, with no entries. */
static enum status check_header(FILE *stream, const char *path, const struct sweep *sweep, bool *empty)
{
    char wanted[HEADER], found[HEADER] = {0};
    header_of(sweep, wanted);
    *empty = fread(found, 1, HEADER, stream) < HEADER;
    if (*empty || memcmp(wanted, found, HEADER) == 0)
        return OK;
    return status_fail(ERR_IO, "%s: is not a log of this plan; it does not belong into this folder", path);
}

static enum status read_log(const struct sweep *sweep, const char *path, size_t first, size_t count,
                            enum status (*entry)(void *, const struct sweep_record *), void *user)
{
    FILE *stream = fopen(path, "rb");
    struct head head;
    char *buffer = NULL;
    size_t capacity = 0;
    bool empty = true;
    if (!stream)
        return status_fail(ERR_IO, "%s: cannot be read: %s", path, strerror(errno));
    enum status status = check_header(stream, path, sweep, &empty);
    while (status == OK && !empty && next_entry(stream, sweep, &head, &buffer, &capacity)) {
        const struct sweep_record record = record_of(&head, buffer);
        if (record.index >= first && record.index - first < count)
            status = entry(user, &record);
    }
    free(buffer);
    fclose(stream);
    return status;
}

/* FIRST-COUNT.wWORKER.log */
static bool parse_name(const char *name, size_t *first, size_t *count)
{
    size_t worker;
    int used = 0;
    return sscanf(name, "%zu-%zu.w%zu.log%n", first, count, &worker, &used) == 3 && used > 0 && !name[used];
}

static int is_log(const struct dirent *entry)
{
    size_t first, count;
    return parse_name(entry->d_name, &first, &count);
}

enum status sweep_records_read(const struct sweep *sweep, size_t first, size_t count,
                               enum status (*entry)(void *, const struct sweep_record *), void *user)
{
    struct dirent **names = NULL;
    char folder[SWEEP_PATH], path[SWEEP_PATH + 300];
    enum status status = OK;
    const int n = scandir(sweep_path(sweep->dir, "records", folder), &names, is_log, versionsort);
    if (n < 0)
        return status_fail(ERR_IO, "%s: cannot be read: %s", folder, strerror(errno));
    for (int i = 0; i < n; i++) {
        size_t from, of;
        snprintf(path, sizeof path, "%s/%s", folder, names[i]->d_name);
        if (status == OK && parse_name(names[i]->d_name, &from, &of) && from < first + count && from + of > first)
            status = read_log(sweep, path, first, count, entry, user);
        free(names[i]);
    }
    free(names);
    return status;
}

struct states {
    size_t first;
    signed char *status;
};

static enum status note_state(void *user, const struct sweep_record *record)
{
    const struct states *states = user;
    signed char *status = &states->status[record->index - states->first];
    if (*status != OK)
        *status = (signed char)record->status;
    return OK;
}

enum status sweep_records_states(const struct sweep *sweep, size_t first, size_t count, signed char *status)
{
    struct states states = {first, status};
    memset(status, SWEEP_MISSING, count);
    return sweep_records_read(sweep, first, count, note_state, &states);
}

/* ---- writing ----------------------------------------------------------------------------------------------------------------------- */

/* Where the last whole entry ends; 0 without a header. */
static enum status find_end(struct sweep_log *log, off_t *end)
{
    FILE *stream = fopen(log->path, "rb");
    struct head head;
    bool empty = true;
    if (!stream)
        return status_fail(ERR_IO, "%s: cannot be read: %s", log->path, strerror(errno));
    const enum status status = check_header(stream, log->path, log->sweep, &empty);
    *end = empty ? 0 : HEADER;
    while (status == OK && !empty && next_entry(stream, log->sweep, &head, &log->buffer, &log->capacity))
        *end += (off_t)(sizeof head + head.payload + sizeof(uint64_t));
    fclose(stream);
    return status;
}

/* All bytes, or none. */
static enum status write_whole(struct sweep_log *log, const char *bytes, size_t n)
{
    size_t written = 0;
    while (written < n) {
        const ssize_t now = pwrite(log->file, bytes + written, n - written, log->end + (off_t)written);
        if (now < 0 && errno == EINTR)
            continue;
        if (now <= 0) {
            const int reason = errno;
            if (ftruncate(log->file, log->end) != 0)
                status_warn("%s: an unfinished entry stays at its end; it will be ignored", log->path);
            return status_fail(ERR_IO, "%s: cannot be written: %s", log->path, strerror(reason));
        }
        written += (size_t)now;
    }
    log->end += (off_t)n;
    return OK;
}

enum status sweep_records_open(const struct sweep *sweep, size_t first, size_t count, size_t worker, struct sweep_log **log)
{
    struct sweep_log *l = calloc(1, sizeof *l);
    char name[96], header[HEADER];
    if (!l)
        return status_no_memory("a log", sizeof *l);
    l->sweep = sweep;
    snprintf(name, sizeof name, "records/%zu-%zu.w%zu.log", first, count, worker);
    l->file = open(sweep_path(sweep->dir, name, l->path), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    enum status status = l->file < 0 ? status_fail(ERR_IO, "%s: cannot be written: %s", l->path, strerror(errno)) : find_end(l, &l->end);
    if (status == OK && ftruncate(l->file, l->end) != 0)
        status = status_fail(ERR_IO, "%s: cannot be cut to its last whole entry: %s", l->path, strerror(errno));
    header_of(sweep, header);
    if (status == OK && l->end == 0)
        status = write_whole(l, header, HEADER);
    if (status != OK)
        sweep_records_close(&l);
    else
        *log = l;
    return status;
}

/* The entry as it stands in the file. */
static size_t compose(struct sweep_log *log, const struct sweep_record *r)
{
    const size_t message = strnlen(r->message, MESSAGE_MOST), columns = log->sweep->model->n_outcomes;
    struct head h = {.mark = entry_mark,
                     .index = r->index,
                     .seconds = r->seconds,
                     .outcomes = (uint32_t)log->sweep->n_outcomes,
                     .rows = (uint32_t)r->rows,
                     .columns = (uint32_t)columns,
                     .message = (uint32_t)message,
                     .status = r->status};
    if (payload_bytes(&h) > PAYLOAD_MOST)
        h.rows = 0; /* plans refuse this */
    h.payload = (uint32_t)payload_bytes(&h);
    if (!reserve(&log->buffer, &log->capacity, sizeof h + h.payload + sizeof(uint64_t)))
        return 0;
    char *at = log->buffer;
    const struct {
        const void *bytes;
        size_t n;
    } parts[] = {{&h, sizeof h},
                 {r->outcomes, h.outcomes * sizeof(double)},
                 {r->time, h.rows * sizeof(double)},
                 {r->values, h.rows * columns * sizeof(float)},
                 {r->message, message}};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (parts[i].n)
            memcpy(at, parts[i].bytes, parts[i].n);
        at += parts[i].n;
    }
    const uint64_t sum = checksum(log->buffer, (size_t)(at - log->buffer));
    memcpy(at, &sum, sizeof sum);
    return (size_t)(at - log->buffer) + sizeof sum;
}

static enum status sync_log(struct sweep_log *log)
{
    if (!log->pending)
        return OK;
    log->pending = false;
    log->synced = clock_seconds();
    return fdatasync(log->file) == 0 ? OK : status_fail(ERR_IO, "%s: cannot be put on disk: %s", log->path, strerror(errno));
}

enum status sweep_records_append(struct sweep_log *log, const struct sweep_record *record)
{
    const size_t n = compose(log, record);
    if (n == 0)
        return status_no_memory("an entry of the log", record->rows * sizeof(double));
    enum status status = write_whole(log, log->buffer, n);
    if (status != OK)
        return status;
    log->pending = true;
    return clock_seconds() - log->synced > 1.0 ? sync_log(log) : OK;
}

enum status sweep_records_close(struct sweep_log **log)
{
    if (!*log)
        return OK;
    const enum status status = (*log)->file >= 0 ? sync_log(*log) : OK;
    if ((*log)->file >= 0)
        close((*log)->file);
    free((*log)->buffer);
    free(*log);
    *log = NULL;
    return status;
}
