/* Marks that every public header uses. */
#ifndef FIAT_TYPES_H
#define FIAT_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define FIAT_BEGIN_DECLS extern "C" {
#define FIAT_END_DECLS   }
#else
#define FIAT_BEGIN_DECLS
#define FIAT_END_DECLS
#endif

#if defined(__GNUC__)
#define FIAT_API               __attribute__((visibility("default")))
#define FIAT_MUST_CHECK        __attribute__((warn_unused_result))
#define FIAT_SENTINEL          __attribute__((sentinel))
#define FIAT_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#else
#define FIAT_API
#define FIAT_MUST_CHECK
#define FIAT_SENTINEL
#define FIAT_PRINTF(fmt, args)
#endif

#endif
