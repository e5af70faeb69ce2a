/* The settings of a configuration, as the options of the producer and of its sink. Texts are
 * borrowed from the configuration. */
#ifndef FIAT_LOGGER_OPTS_H
#define FIAT_LOGGER_OPTS_H

#include "producer/producer.h"
#include "producer/sink.h"
#include <fiat/config.h>

/* What the logger adds by itself stays empty: the log, the callbacks. */
fiat__producer_opts fiat__config_producer_opts(const fiat_config *config);
fiat__sink_opts fiat__config_sink_opts(const fiat_config *config);

#endif
