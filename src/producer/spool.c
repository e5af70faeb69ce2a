/* The spool's handle: opening, closing, forks, numbers, the end of segments. See spool_internal.h
 * for what the lock guards. */
#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "producer/spool_internal.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

const char *fiat__spool_dir_path(const fiat__spool *spool) {
    return spool->root;
}

/* --- segments --- */

fiat__spool_segment *fiat__spool_add_segment(fiat__spool *spool, fiat__spool_dir *dir,
                                             const char *stem) {
    fiat__spool_segment *segment = fiat__calloc(1, sizeof *segment);
    char *copy = fiat__strdup(stem);
    if (!segment || !copy) {
        fiat__free(segment);
        fiat__free(copy);
        return NULL;
    }
    segment->stem = copy;
    segment->dir = dir;
    for (int i = 0; i < FIAT__SPOOL_STRANDS; i++)
        segment->strands[i].fd = -1;
    segment->tag = ++spool->last_tag;
    dir->segments++;
    if (spool->newest)
        spool->newest->next = segment;
    else
        spool->oldest = segment;
    spool->newest = segment;
    return segment;
}

/* Those that are there. errno. */
static int move_strands(fiat__spool *spool, const char *stem, const char *to) {
    char from[FIAT__SPOOL_PATH_BYTES], kept[FIAT__SPOOL_PATH_BYTES];
    for (unsigned i = 0; i < FIAT__SPOOL_STRANDS; i++) {
        fiat__spool_strand_path(from, stem, i);
        fiat__spool_strand_path(kept, to, i);
        if (spool->io->rename(from, kept) != 0 && errno != ENOENT) return errno;
    }
    return 0;
}

/* errno. */
static int move_to_quarantine(fiat__spool *spool, const fiat__spool_segment *segment) {
    char dir[FIAT__SPOOL_PATH_BYTES], to[FIAT__SPOOL_STEM_BYTES];
    snprintf(dir, sizeof dir, "%s/" FIAT__SPOOL_QUARANTINE, spool->root);
    if (mkdir(dir, 0700) != 0 && errno != EEXIST) return errno;
    const char *name = strrchr(segment->stem, '/') + 1;
    if (snprintf(to, sizeof to, "%s/%s-%016llx", dir, name,
                 (unsigned long long)fiat__random_u64()) >= (int)sizeof to)
        return ENAMETOOLONG;
    return move_strands(spool, segment->stem, to);
}

/* Keep a damaged segment's files for whoever wants to look into it. false: they are where they
 * were; those that are not are found by the next process all the same. */
static bool quarantine(fiat__spool *spool, const fiat__spool_segment *segment) {
    char path[FIAT__SPOOL_PATH_BYTES];
    fiat_error why;
    const int error = move_to_quarantine(spool, segment);
    if (error == 0) return true;
    fiat__err_sys(&why, error, "%s is damaged and cannot be moved to quarantine",
                  fiat__spool_strand_path(path, segment->stem, 0));
    fiat__log_write(spool->opts.log, FIAT__LOG_DAMAGED, "",
                    "spool: %s; it stays, and the next process tries again", why.message);
    return false;
}

/* The segment's notes go last: without them its events would be sent again. */
static void remove_files(fiat__spool *spool, const fiat__spool_segment *segment) {
    char path[FIAT__SPOOL_PATH_BYTES];
    for (unsigned i = FIAT__SPOOL_STRANDS; i-- > 0 && !segment->damaged;)
        if (spool->io->unlink(fiat__spool_strand_path(path, segment->stem, i)) != 0 &&
            errno != ENOENT)
            return;
    fiat__spool_path(path, segment->stem, "ack");
    (void)spool->io->unlink(path); /* left behind it names nothing */
}

static void unlink_dir(fiat__spool *spool, fiat__spool_dir *dir) {
    fiat__spool_dir **at = &spool->dirs;
    while (*at != dir)
        at = &(*at)->next;
    *at = dir->next;
    fiat__spool_dir_close(dir, true);
}

static void unlink_segment(fiat__spool *spool, fiat__spool_segment *segment) {
    fiat__spool_segment *before = NULL, **at = &spool->oldest;
    while (*at != segment) {
        before = *at;
        at = &before->next;
    }
    *at = segment->next;
    if (spool->newest == segment) spool->newest = before;
}

void fiat__spool_drop_segment(fiat__spool *spool, fiat__spool_segment *segment) {
    fiat__spool_dir *dir = segment->dir;
    segment->stays = segment->damaged && !quarantine(spool, segment);
    if (segment->stays) return;
    unlink_segment(spool, segment);
    remove_files(spool, segment);
    spool->bytes -= segment->bytes + segment->note_bytes;
    if (segment->bytes > 0) fiat__spool_show_room(spool);
    if (--dir->segments == 0 && dir->passing) unlink_dir(spool, dir);
    fiat__free(segment->stem);
    fiat__free(segment);
}

void fiat__spool_unreadable(fiat__spool *spool, const char *path, int error) {
    fiat_error why;
    fiat__err_sys(&why, error, "%s cannot be read", path);
    spool->unreadable++;
    fiat__log_write(spool->opts.log, FIAT__LOG_UNREADABLE, "",
                    "spool: %s; it stays as it is, and what is in it waits: look at the disk, then "
                    "open the spool anew",
                    why.message);
}

/* --- opening --- */

static fiat_status check_opts(const fiat__spool_opts *opts, fiat_error *err) {
    if (opts->dir[0] == '\0')
        return fiat__err_set(err, FIAT_E_CONFIG,
                             "spool.dir is not set: name a folder for the spool");
    if (strlen(opts->dir) > FIAT__SPOOL_DIR_MAX_BYTES)
        return fiat__err_set(err, FIAT_E_CONFIG, "spool.dir: the path is too long");
    if (opts->segment_bytes < FIAT__SPOOL_SEGMENT_MIN_BYTES ||
        opts->segment_bytes > opts->max_bytes / 2)
        return fiat__err_set(err, FIAT_E_CONFIG,
                             "spool.segment.bytes=%llu: must be at least %d and at most half of "
                             "spool.max.bytes, which is %llu",
                             (unsigned long long)opts->segment_bytes, FIAT__SPOOL_SEGMENT_MIN_BYTES,
                             (unsigned long long)opts->max_bytes);
    return FIAT_OK;
}

/* An empty spool: memory alone. */
static fiat_status make(fiat__spool **out, const fiat__spool_opts *opts, fiat_error *err) {
    fiat__spool *spool = fiat__calloc(1, sizeof *spool);
    if (!spool) return fiat__err_nomem(err);
    spool->root = fiat__strdup(opts->dir);
    spool->opts = *opts;
    spool->opts.dir = spool->root;
    spool->io = opts->io ? opts->io : &fiat__spool_io_system;
    if (!opts->clock) spool->opts.clock = &fiat__clock_system;
    fiat__spool_strands_init(&spool->reader, spool->io);
    spool->waiters_end = &spool->waiters;
    spool->next_number = 1;
    spool->idle = true;
    fiat__mutex_init(&spool->lock);
    fiat__cond_init(&spool->changed);
    fiat__cond_init(&spool->strand_free);
    fiat__cond_init(&spool->room);
    *out = spool;
    return spool->root ? FIAT_OK : fiat__err_nomem(err);
}

static void close_fd(int *fd) {
    if (*fd >= 0) close(*fd);
    *fd = -1;
}

static void close_files(fiat__spool *spool) {
    fiat__spool_strands_close(&spool->reader);
    for (fiat__spool_segment *s = spool->oldest; s; s = s->next)
        for (int i = 0; i < FIAT__SPOOL_STRANDS; i++)
            close_fd(&s->strands[i].fd);
}

/* Forget all segments and folders; what is in them stays. */
static void forget(fiat__spool *spool) {
    const fiat__spool_dir *own = spool->dirs;
    close_files(spool);
    for (fiat__spool_segment *s = spool->oldest, *next; s; s = next) {
        next = s->next;
        fiat__free(s->stem);
        fiat__free(s);
    }
    for (fiat__spool_dir *dir = spool->dirs, *next; dir; dir = next) {
        next = dir->next;
        /* A fork's own folder goes with its last event. */
        bool empty = !spool->forked && dir == own && dir->segments == 0 &&
                     strcmp(dir->path, spool->root) != 0;
        fiat__spool_dir_close(dir, empty);
    }
    fiat__free(spool->settled_before);
    spool->settled_before = NULL;
    spool->oldest = spool->newest = spool->writer = spool->reading = NULL;
    spool->dirs = NULL;
    spool->waiters = NULL;
    spool->waiters_end = &spool->waiters;
    spool->syncing = spool->may_delete = spool->has_peeked = false;
    spool->idle = true;
    spool->took = spool->failures = spool->queuing = spool->awaiting = 0;
    spool->run_count = 0;
}

static void destroy(fiat__spool *spool) {
    forget(spool);
    fiat__spool_strands_deinit(&spool->reader);
    fiat__free(spool->root);
    fiat__cond_deinit(&spool->room);
    fiat__cond_deinit(&spool->strand_free);
    fiat__cond_deinit(&spool->changed);
    fiat__mutex_deinit(&spool->lock);
    fiat__free(spool);
}

/* The folder that new segments go to. With `sync` its own name is to outlive a power cut, too; of
 * the folders above, those that may not be read were there before. */
static fiat_status open_own_dir(fiat__spool *spool, const char *path, fiat_error *err) {
    char above[FIAT__SPOOL_PATH_BYTES];
    fiat_status status = fiat__spool_dir_open(&spool->dirs, path, err);
    if (status != FIAT_OK || !spool->opts.sync) return status;
    snprintf(above, sizeof above, "%s", path);
    for (char *slash; (slash = strrchr(above, '/')) && slash != above;) {
        *slash = '\0';
        if (spool->io->sync_dir(above) != 0 && errno != EACCES && errno != EPERM)
            return fiat__err_sys(err, errno, "cannot sync folder %s", above);
    }
    if (path[0] != '/' && spool->io->sync_dir(".") != 0)
        return fiat__err_sys(err, errno, "cannot sync the working folder");
    return FIAT_OK;
}

/* Take over the folder of a fork, unless its process lives. */
static fiat_status take_fork(fiat__spool *spool, const char *path, fiat_error *err) {
    fiat__spool_dir *dir;
    fiat_status status = fiat__spool_dir_open(&dir, path, err);
    if (status != FIAT_OK) return status == FIAT_E_SPOOL_LOCKED ? FIAT_OK : status;
    dir->next = spool->dirs->next;
    spool->dirs->next = dir;
    status = fiat__spool_recover(spool, dir, err);
    dir->passing = status == FIAT_OK;
    if (dir->passing && dir->segments == 0) unlink_dir(spool, dir);
    return status;
}

/* One that the disk does not give keeps nobody from using the rest. */
static fiat_status adopt_fork(fiat__spool *spool, const char *name, fiat_error *err) {
    char path[FIAT__SPOOL_PATH_BYTES];
    fiat_error why = FIAT_ERROR_INIT;
    if (snprintf(path, sizeof path, "%s/%s", spool->root, name) >= (int)sizeof path) return FIAT_OK;
    fiat_status status = take_fork(spool, path, &why);
    if (status != FIAT_OK && why.sys_code && !fiat__spool_is_shortage(why.sys_code)) {
        fiat__spool_unreadable(spool, path, why.sys_code);
        return FIAT_OK;
    }
    fiat__err_assign(err, &why);
    return status;
}

static fiat_status adopt_forks(fiat__spool *spool, fiat_error *err) {
    char **names;
    size_t count;
    fiat_status status = fiat__dir_list(spool->root, &names, &count, err);
    if (status != FIAT_OK) return status;
    for (size_t i = 0; i < count && status == FIAT_OK; i++)
        if (fiat__spool_is_fork(names[i])) status = adopt_fork(spool, names[i], err);
    fiat__dir_free_list(names, count);
    return status;
}

fiat_status fiat__spool_open(fiat__spool **out, const fiat__spool_opts *opts, fiat_error *err) {
    fiat__spool *spool = NULL;
    *out = NULL;
    fiat_status status = check_opts(opts, err);
    if (status == FIAT_OK) status = make(&spool, opts, err);
    if (status == FIAT_OK) status = open_own_dir(spool, spool->root, err);
    if (status == FIAT_OK) status = fiat__spool_recover(spool, spool->dirs, err);
    if (status == FIAT_OK) status = adopt_forks(spool, err);
    if (status == FIAT_OK)
        *out = spool;
    else if (spool)
        destroy(spool);
    return status;
}

void fiat__spool_close(fiat__spool *spool) {
    if (!spool) return;
    if (!spool->forked) {
        fiat__spool_note(spool);
        fiat__mutex_lock(&spool->lock);
        fiat__spool_end_writer(spool);
        spool->may_delete = true;
        fiat__mutex_unlock(&spool->lock);
        fiat__spool_note(spool);
    }
    destroy(spool);
}

/* --- numbers --- */

uint64_t fiat__spool_appended(fiat__spool *spool) {
    return atomic_load(&spool->appended);
}

uint64_t fiat__spool_taken_count(fiat__spool *spool) {
    return atomic_load(&spool->taken);
}

void fiat__spool_read_stats(fiat__spool *spool, fiat__spool_stats *out) {
    fiat__mutex_lock(&spool->lock);
    *out = (fiat__spool_stats){.bytes = spool->bytes,
                               .max_bytes = spool->opts.max_bytes,
                               .unsettled = spool->unsettled,
                               .recovered = spool->recovered,
                               .damaged = spool->damaged,
                               .lost = spool->lost,
                               .unreadable = spool->unreadable,
                               .damaged_bytes = spool->damaged_bytes};
    fiat__mutex_unlock(&spool->lock);
    const uint64_t taken = atomic_load(&spool->taken); /* first: what is taken was appended */
    out->unread = atomic_load(&spool->appended) - taken;
}

/* --- fork --- */

void fiat__spool_lock(fiat__spool *spool) {
    fiat__mutex_lock(&spool->lock);
}

void fiat__spool_unlock(fiat__spool *spool) {
    fiat__mutex_unlock(&spool->lock);
}

void fiat__spool_forked(fiat__spool *spool) {
    close_files(spool);
    for (fiat__spool_dir *dir = spool->dirs; dir; dir = dir->next)
        close_fd(&dir->lock_fd); /* or the child would hold the parent's lock when that is gone */
    fiat__mutex_init(&spool->lock);
    fiat__cond_init(&spool->changed); /* they remember waiters, who are not here */
    fiat__cond_init(&spool->strand_free);
    fiat__cond_init(&spool->room);
    spool->full = spool->disk_full = spool->said_full = false;
    atomic_store(&spool->appended, 0);
    atomic_store(&spool->taken, 0);
    spool->bytes = spool->unsettled = spool->recovered = 0;
    spool->damaged = spool->damaged_bytes = spool->lost = spool->unreadable = 0;
    spool->run_count = 0; /* the parent notes and deletes what is the parent's */
    spool->may_delete = false;
    spool->forked = true;
}

/* Whoever opens the spool above, since the parent is gone, may take the folder over before it is
 * locked, and remove it, for it is empty. */
#define FORK_DIR_TRIES 100

static fiat_status make_fork_dir(fiat__spool *spool, fiat_error *err) {
    char path[FIAT__SPOOL_PATH_BYTES];
    fiat_status status = FIAT_E_SPOOL_LOCKED;
    for (int i = 0; i < FORK_DIR_TRIES && status == FIAT_E_SPOOL_LOCKED; i++) {
        /* The number alone may be that of a process long gone, whose folder is still there. */
        int len = snprintf(path, sizeof path, "%s/fork-%ld-%08x", spool->root, (long)getpid(),
                           (unsigned)fiat__random_u64());
        if (len >= (int)sizeof path)
            return fiat__err_set(err, FIAT_E_CONFIG, "spool.dir: the path is too long");
        status = open_own_dir(spool, path, err);
    }
    return status;
}

fiat_status fiat__spool_reopen(fiat__spool *spool, fiat_error *err) {
    if (!spool->forked) return FIAT_OK;
    fiat__mutex_lock(&spool->lock);
    forget(spool);
    spool->next_number = 1;
    const fiat_status status = make_fork_dir(spool, err);
    if (status == FIAT_OK) spool->forked = false;
    fiat__mutex_unlock(&spool->lock);
    return status;
}
