#include "interrupt.h"

#include <signal.h>
#include <stddef.h>
#include <sys/select.h>
#include <time.h>

static const int s_numbers[] = {SIGINT, SIGTERM};
static struct sigaction s_before[sizeof s_numbers / sizeof s_numbers[0]];
static volatile sig_atomic_t s_signal;

static void note(int number) {
    s_signal = number;
}

void interrupt_catch(void) {
    struct sigaction action = {.sa_handler = note, .sa_flags = (int)SA_RESETHAND};
    s_signal = 0;
    for (size_t i = 0; i < sizeof s_numbers / sizeof s_numbers[0]; i++) {
        sigaction(s_numbers[i], NULL, &s_before[i]);
        if (s_before[i].sa_handler != SIG_IGN) sigaction(s_numbers[i], &action, NULL);
    }
}

void interrupt_restore(void) {
    for (size_t i = 0; i < sizeof s_numbers / sizeof s_numbers[0]; i++)
        sigaction(s_numbers[i], &s_before[i], NULL);
}

int interrupt_signal(void) {
    return s_signal;
}

/* The signals are blocked but while it waits, so that none comes between look and wait. */
int interrupt_wait(int64_t ms) {
    struct timespec time = {(time_t)(ms / 1000), (long)(ms % 1000) * 1000000};
    sigset_t both, before;
    sigemptyset(&both);
    for (size_t i = 0; i < sizeof s_numbers / sizeof s_numbers[0]; i++)
        sigaddset(&both, s_numbers[i]);
    sigprocmask(SIG_BLOCK, &both, &before);
    if (!s_signal) (void)pselect(0, NULL, NULL, NULL, &time, &before);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return s_signal;
}
