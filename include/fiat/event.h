/* Events: three ways to give one, and typed fields that need no heap.
 *
 *     FIAT_JSON(text, length)          JSON text (RFC 8259), one object
 *     FIAT_CJSON(tree)                 a cJSON object
 *     FIAT_FIELDS(FIAT_FIELD("x", 1), FIAT_OBJECT("o", FIAT_FIELD("y", "z")),
 *                 FIAT_ARRAY("list", FIAT_ITEM(1), FIAT_ITEM("two")))
 *
 * The macros build values on the caller's stack that live until the end of the enclosing block in C
 * and of the full expression in C++: use them as an argument of the call. A value of a type that
 * JSON cannot hold (a pointer, a struct) does not compile. */
#ifndef FIAT_EVENT_H
#define FIAT_EVENT_H

#include <fiat/error.h>

struct cJSON;

/** What a field holds. */
typedef enum fiat_kind {
    FIAT_KIND_NULL = 0,
    FIAT_KIND_BOOL,
    FIAT_KIND_INT,
    FIAT_KIND_UINT,
    FIAT_KIND_DOUBLE, /**< NaN and infinity are refused: JSON has neither. */
    FIAT_KIND_STRING, /**< UTF-8, `length` bytes; NUL inside is allowed when the length is given. */
    FIAT_KIND_OBJECT, /**< `length` members. */
    FIAT_KIND_ARRAY,  /**< `length` items, their names ignored. */
    FIAT_KIND_JSON    /**< `length` bytes of JSON text, put in as they are once checked. */
} fiat_kind;

/** One member of an object or item of an array. Build it with the macros. */
typedef struct fiat_field {
    const char *name; /**< UTF-8, NUL-terminated; NULL for an array's item. */
    fiat_kind kind;
    size_t length;
    union {
        bool boolean;
        int64_t integer;
        uint64_t uinteger;
        double real;
        const char *text;
        const struct fiat_field *fields;
    } as;
} fiat_field;

/** How an event is given. */
typedef enum fiat_event_form {
    FIAT_EVENT_JSON = 1,
    FIAT_EVENT_CJSON = 2,
    FIAT_EVENT_FIELDS = 3
} fiat_event_form;

/** An event, by value. Everything it points to is borrowed for the call that takes it. */
typedef struct fiat_event {
    fiat_event_form form;
    size_t length;    /**< Bytes of text, or number of fields. */
    const void *data; /**< Text, cJSON tree, or array of fields. */
    void *opaque;     /**< Handed back in the delivery report; the library never follows it. */
} fiat_event;

#ifndef __cplusplus
/* C11: a wrong type finds no function of its own and does not compile. */
static inline fiat_field fiat_of_bool(const char *n, bool v) {
    return (fiat_field){n, FIAT_KIND_BOOL, 0, {.boolean = v}};
}
static inline fiat_field fiat_of_int(const char *n, int64_t v) {
    return (fiat_field){n, FIAT_KIND_INT, 0, {.integer = v}};
}
static inline fiat_field fiat_of_uint(const char *n, uint64_t v) {
    return (fiat_field){n, FIAT_KIND_UINT, 0, {.uinteger = v}};
}
static inline fiat_field fiat_of_double(const char *n, double v) {
    return (fiat_field){n, FIAT_KIND_DOUBLE, 0, {.real = v}};
}
static inline fiat_field fiat_of_float(const char *n, float v) {
    return fiat_of_double(n, (double)v);
}
static inline fiat_field fiat_of_string(const char *n, const char *v) {
    size_t length = 0;
    if (!v) return (fiat_field){n, FIAT_KIND_NULL, 0, {.text = NULL}};
    while (v[length])
        length++;
    return (fiat_field){n, FIAT_KIND_STRING, length, {.text = v}};
}
/* In C11 the words true and false are the ints 1 and 0: as they are written tells what was meant.
 */
static inline fiat_field fiat_as_written(fiat_field f, const char *text) {
    bool yes = text[0] == 't' && text[1] == 'r' && text[2] == 'u' && text[3] == 'e' && !text[4];
    bool no = text[0] == 'f' && text[1] == 'a' && text[2] == 'l' && text[3] == 's' &&
              text[4] == 'e' && !text[5];
    return f.kind == FIAT_KIND_INT && (yes || no) ? fiat_of_bool(f.name, yes) : f;
}
#define FIAT_FIELD_OF(name, value)                                                                 \
    _Generic((value),                                                                              \
        bool: fiat_of_bool,                                                                        \
        char: fiat_of_int,                                                                         \
        signed char: fiat_of_int,                                                                  \
        short: fiat_of_int,                                                                        \
        int: fiat_of_int,                                                                          \
        long: fiat_of_int,                                                                         \
        long long: fiat_of_int,                                                                    \
        unsigned char: fiat_of_uint,                                                               \
        unsigned short: fiat_of_uint,                                                              \
        unsigned int: fiat_of_uint,                                                                \
        unsigned long: fiat_of_uint,                                                               \
        unsigned long long: fiat_of_uint,                                                          \
        float: fiat_of_float,                                                                      \
        double: fiat_of_double,                                                                    \
        char *: fiat_of_string,                                                                    \
        const char *: fiat_of_string)(name, value)
/** A member of an object: `FIAT_FIELD("x", 1)`. The value is a bool, an integer, a float or double,
 *  or a NUL-terminated string (NULL: a JSON null). In C11 a comparison is an int, and so
 *  are true and false that come through a macro of your own: write `(bool)(a > b)`. */
#define FIAT_FIELD(name, value) fiat_as_written(FIAT_FIELD_OF(name, value), #value)
/** An item of an array. Nested items: `FIAT_OBJECT(NULL, ...)`, `FIAT_ARRAY(NULL, ...)`. */
#define FIAT_ITEM(value)      fiat_as_written(FIAT_FIELD_OF((const char *)0, value), #value)
#define FIAT_NO_TEXT          ((const char *)0)
#define FIAT_TREE(tree)       _Generic((tree), struct cJSON * : (tree), const struct cJSON * : (tree))
#define FIAT_FIELD_LIST(...)  ((const fiat_field[]){__VA_ARGS__})
#define FIAT_FIELD_COUNT(...) (sizeof(FIAT_FIELD_LIST(__VA_ARGS__)) / sizeof(fiat_field))
#define FIAT_NESTED(name, kind, ...)                                                               \
    ((fiat_field){                                                                                 \
        (name), (kind), FIAT_FIELD_COUNT(__VA_ARGS__), {.fields = FIAT_FIELD_LIST(__VA_ARGS__)}})
#define FIAT_TEXT(name, kind, text_, length_)                                                      \
    ((fiat_field){(name), (kind), (length_), {.text = (text_)}})
#define FIAT_EVENT(form, data, length) ((fiat_event){(form), (length), (data), NULL})
/** An event of typed fields: `FIAT_FIELDS(FIAT_FIELD("task", "_add"), ...)`. */
#define FIAT_FIELDS(...)                                                                           \
    FIAT_EVENT(FIAT_EVENT_FIELDS, FIAT_FIELD_LIST(__VA_ARGS__), FIAT_FIELD_COUNT(__VA_ARGS__))

#else
#include <cstring>
#include <initializer_list>
#include <type_traits>
/* C++11: overloads take the place of _Generic; a type without one does not compile. */
static inline fiat_field fiat_make_field(const char *n, fiat_kind kind, size_t length) {
    fiat_field f;
    f.name = n;
    f.kind = kind;
    f.length = length;
    f.as.uinteger = 0;
    return f;
}
#define FIAT_OVERLOAD(type, kind, member, cast)                                                    \
    static inline fiat_field FIAT_FIELD(const char *n, type v) {                                   \
        fiat_field f = fiat_make_field(n, kind, 0);                                                \
        f.as.member = static_cast<cast>(v);                                                        \
        return f;                                                                                  \
    }
FIAT_OVERLOAD(char, FIAT_KIND_INT, integer, int64_t)
FIAT_OVERLOAD(signed char, FIAT_KIND_INT, integer, int64_t)
FIAT_OVERLOAD(short, FIAT_KIND_INT, integer, int64_t)
FIAT_OVERLOAD(int, FIAT_KIND_INT, integer, int64_t)
FIAT_OVERLOAD(long, FIAT_KIND_INT, integer, int64_t)
FIAT_OVERLOAD(long long, FIAT_KIND_INT, integer, int64_t)
FIAT_OVERLOAD(unsigned char, FIAT_KIND_UINT, uinteger, uint64_t)
FIAT_OVERLOAD(unsigned short, FIAT_KIND_UINT, uinteger, uint64_t)
FIAT_OVERLOAD(unsigned int, FIAT_KIND_UINT, uinteger, uint64_t)
FIAT_OVERLOAD(unsigned long, FIAT_KIND_UINT, uinteger, uint64_t)
FIAT_OVERLOAD(unsigned long long, FIAT_KIND_UINT, uinteger, uint64_t)
FIAT_OVERLOAD(float, FIAT_KIND_DOUBLE, real, double)
FIAT_OVERLOAD(double, FIAT_KIND_DOUBLE, real, double)
#undef FIAT_OVERLOAD
static inline fiat_field FIAT_FIELD(const char *n, const char *v) {
    fiat_field f =
        fiat_make_field(n, v ? FIAT_KIND_STRING : FIAT_KIND_NULL, v ? std::strlen(v) : 0);
    f.as.text = v;
    return f;
}
static inline fiat_field FIAT_FIELD(const char *n, char *v) {
    return FIAT_FIELD(n, static_cast<const char *>(v));
}
/* A bool, and nothing that merely converts to one: no other pointers, no lambdas. */
template <typename T, typename std::enable_if<std::is_same<T, bool>::value, int>::type = 0>
static inline fiat_field FIAT_FIELD(const char *n, T v) {
    fiat_field f = fiat_make_field(n, FIAT_KIND_BOOL, 0);
    f.as.boolean = v;
    return f;
}
template <typename T> fiat_field FIAT_FIELD(const char *n, T *v) = delete;
template <typename T> static inline fiat_field FIAT_ITEM(T v) {
    return FIAT_FIELD(static_cast<const char *>(nullptr), v);
}
static inline const struct cJSON *fiat_make_tree(const struct cJSON *tree) {
    return tree;
}
#define FIAT_NO_TEXT                        nullptr
#define FIAT_TREE(tree)                     fiat_make_tree(tree)
static inline fiat_field fiat_make_nested(const char *n, fiat_kind kind,
                                          std::initializer_list<fiat_field> list) {
    fiat_field f = fiat_make_field(n, kind, list.size());
    f.as.fields = list.begin();
    return f;
}
static inline fiat_field fiat_make_text(const char *n, fiat_kind kind, const char *text,
                                        size_t length) {
    fiat_field f = fiat_make_field(n, kind, length);
    f.as.text = text;
    return f;
}
static inline fiat_event fiat_make_event(fiat_event_form form, const void *data, size_t length) {
    fiat_event e = {form, length, data, nullptr};
    return e;
}
static inline fiat_event fiat_make_fields(std::initializer_list<fiat_field> list) {
    return fiat_make_event(FIAT_EVENT_FIELDS, list.begin(), list.size());
}
#define FIAT_NESTED(name, kind, ...)        fiat_make_nested(name, kind, {__VA_ARGS__})
#define FIAT_TEXT(name, kind, text, length) fiat_make_text(name, kind, text, length)
#define FIAT_EVENT(form, data, length)      fiat_make_event(form, data, length)
#define FIAT_FIELDS(...)                    fiat_make_fields({__VA_ARGS__})
#endif

/** A nested object: `FIAT_OBJECT("task_args", FIAT_FIELD("x", 1), FIAT_FIELD("y", 2))`. */
#define FIAT_OBJECT(name, ...) FIAT_NESTED(name, FIAT_KIND_OBJECT, __VA_ARGS__)
/** A nested array: `FIAT_ARRAY("list", FIAT_ITEM(1), FIAT_ITEM("two"))`. */
#define FIAT_ARRAY(name, ...) FIAT_NESTED(name, FIAT_KIND_ARRAY, __VA_ARGS__)
/** A string by pointer and length in bytes; it need not end in NUL. */
#define FIAT_STRING(name, text, length) FIAT_TEXT(name, FIAT_KIND_STRING, text, length)
/** A value given as JSON text, for example a document that came from elsewhere. */
#define FIAT_RAW_JSON(name, text, length) FIAT_TEXT(name, FIAT_KIND_JSON, text, length)
/** A JSON null. */
#define FIAT_NULL(name) FIAT_TEXT(name, FIAT_KIND_NULL, FIAT_NO_TEXT, 0)
/** An object or array that is empty. */
#define FIAT_EMPTY_OBJECT(name) FIAT_TEXT(name, FIAT_KIND_OBJECT, FIAT_NO_TEXT, 0)
#define FIAT_EMPTY_ARRAY(name)  FIAT_TEXT(name, FIAT_KIND_ARRAY, FIAT_NO_TEXT, 0)
/** An event of JSON text: pointer and length in bytes; it need not end in NUL. */
#define FIAT_JSON(text, length) FIAT_EVENT(FIAT_EVENT_JSON, text, length)
/** An event of a `cJSON *` object. */
#define FIAT_CJSON(tree) FIAT_EVENT(FIAT_EVENT_CJSON, FIAT_TREE(tree), 0)

/** The same event with a pointer that its delivery report hands back. */
static inline fiat_event fiat_event_with(fiat_event event, void *opaque) {
    event.opaque = opaque;
    return event;
}

#endif
