/* SIGINT and SIGTERM as something to look at between steps, for what has to be undone or stopped.
 * The second of either ends the program at once, as ever. Main thread. */
#ifndef FIAT_TOOLS_INTERRUPT_H
#define FIAT_TOOLS_INTERRUPT_H

#include <stdint.h>

/* From now on a signal is noted; what is ignored already stays so. */
void interrupt_catch(void);
/* As it was before. */
void interrupt_restore(void);

/* The signal that came since, or 0. */
int interrupt_signal(void);
/* Wait so long, or until a signal has come. Returns it, or 0. */
int interrupt_wait(int64_t ms);

#endif
