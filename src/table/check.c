/* Do the columns of a table agree with the JSON Schema of its stream? */
#include "table/columns.h"

#include "base/buf.h"
#include "base/error.h"
#include "json/doc.h"
#include "table/shape.h"
#include "table/type.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <strings.h>

/* A column's type nests FIAT__TYPE_MAX_DEPTH deep at most; one more step for the column itself. */
#define STEPS_MAX      (FIAT__TYPE_MAX_DEPTH + 1)
#define TEXT_MAX_BYTES (64 * 1024)
#define MESSAGE_BYTES  1024

struct check {
    const fiat__doc *schema;
    fiat__columns_finding *each;
    void *user;
    const char *column;
    fiat__step steps[STEPS_MAX];
    size_t step_count;
    fiat__buf place, type; /* of the message at hand */
    fiat_status status;    /* FIAT_E_TABLE_COLUMN after the first fault */
    fiat_error *err;
};

/* JSON types that a column can hold. Text takes all: what is no string is kept as JSON text. */
static const unsigned s_accepts[] = {
    [FIAT__TYPE_BOOLEAN] = FIAT__SHAPE_BOOLEAN,
    [FIAT__TYPE_TINYINT] = FIAT__SHAPE_INTEGER,
    [FIAT__TYPE_SMALLINT] = FIAT__SHAPE_INTEGER,
    [FIAT__TYPE_INT] = FIAT__SHAPE_INTEGER,
    [FIAT__TYPE_BIGINT] = FIAT__SHAPE_INTEGER,
    [FIAT__TYPE_FLOAT] = FIAT__SHAPE_INTEGER | FIAT__SHAPE_FRACTION,
    [FIAT__TYPE_DOUBLE] = FIAT__SHAPE_INTEGER | FIAT__SHAPE_FRACTION,
    [FIAT__TYPE_DECIMAL] = FIAT__SHAPE_INTEGER | FIAT__SHAPE_FRACTION,
    [FIAT__TYPE_STRING] = FIAT__SHAPE_ANY,
    [FIAT__TYPE_CHAR] = FIAT__SHAPE_STRING,
    [FIAT__TYPE_VARCHAR] = FIAT__SHAPE_STRING,
    [FIAT__TYPE_BINARY] = FIAT__SHAPE_STRING,
    [FIAT__TYPE_DATE] = FIAT__SHAPE_STRING,
    [FIAT__TYPE_TIMESTAMP] = FIAT__SHAPE_STRING,
    [FIAT__TYPE_ARRAY] = FIAT__SHAPE_ARRAY,
    [FIAT__TYPE_MAP] = FIAT__SHAPE_OBJECT,
    [FIAT__TYPE_STRUCT] = FIAT__SHAPE_OBJECT,
};

/* Words that Athena's SELECT takes for its own unless they are quoted.
 * https://docs.aws.amazon.com/athena/latest/ug/reserved-words.html */
static const char *const s_reserved[] = {
    "alter",
    "and",
    "as",
    "between",
    "by",
    "case",
    "cast",
    "constraint",
    "create",
    "cross",
    "cube",
    "current_date",
    "current_time",
    "current_timestamp",
    "current_user",
    "deallocate",
    "delete",
    "describe",
    "distinct",
    "drop",
    "else",
    "end",
    "escape",
    "except",
    "execute",
    "exists",
    "extract",
    "false",
    "first",
    "for",
    "from",
    "full",
    "group",
    "grouping",
    "having",
    "in",
    "inner",
    "insert",
    "intersect",
    "into",
    "is",
    "join",
    "last",
    "left",
    "like",
    "localtime",
    "localtimestamp",
    "natural",
    "normalize",
    "not",
    "null",
    "of",
    "on",
    "or",
    "order",
    "outer",
    "prepare",
    "recursive",
    "right",
    "rollup",
    "select",
    "skip",
    "table",
    "then",
    "trim",
    "true",
    "uescape",
    "union",
    "unnest",
    "using",
    "values",
    "when",
    "where",
    "with",
};

/* ".b[].c": where inside the column; "" for the column itself. */
static const char *write_place(struct check *check) {
    fiat__buf_clear(&check->place);
    for (size_t i = 1; i < check->step_count; i++) {
        const fiat__step *step = &check->steps[i];
        if (step->kind == FIAT__STEP_MEMBER)
            fiat__buf_printf(&check->place, ".%s", step->name);
        else
            fiat__buf_append_c(&check->place, step->kind == FIAT__STEP_ITEM ? "[]" : "{}");
    }
    return fiat__buf_cstr(&check->place);
}

static void find(struct check *check, bool fault, const char *format, ...) FIAT_PRINTF(3, 4);

static void find(struct check *check, bool fault, const char *format, ...) {
    char message[MESSAGE_BYTES];
    const char *place = write_place(check);
    int len = *place ? snprintf(message, sizeof message, "at %.200s: ", place) : 0;
    va_list args;
    va_start(args, format);
    vsnprintf(message + len, sizeof message - (size_t)len, format, args);
    va_end(args);
    if (check->each) check->each(fault, check->column, message, check->user);
    if (fault && check->status == FIAT_OK)
        check->status = fiat__err_set(check->err, FIAT_E_TABLE_COLUMN, "column \"%s\": %s",
                                      check->column, message);
}

static const char *write_type(struct check *check, const fiat__type *type) {
    fiat__buf_clear(&check->type);
    fiat__type_write(&check->type, type);
    return fiat__buf_cstr(&check->type);
}

/* "string or array" */
static void write_types(char *out, size_t size, unsigned types) {
    static const struct {
        unsigned type;
        const char *name;
    } rows[] = {{FIAT__SHAPE_BOOLEAN, "boolean"}, {FIAT__SHAPE_INTEGER, "integer"},
                {FIAT__SHAPE_FRACTION, "number"}, {FIAT__SHAPE_STRING, "string"},
                {FIAT__SHAPE_ARRAY, "array"},     {FIAT__SHAPE_OBJECT, "object"}};
    size_t len = 0;
    out[0] = '\0';
    if (types & FIAT__SHAPE_FRACTION) types &= ~(unsigned)FIAT__SHAPE_INTEGER;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (types & rows[i].type && len < size)
            len += (size_t)snprintf(out + len, size - len, "%s%s", len ? " or " : "", rows[i].name);
}

static void check_range(struct check *check, const fiat__type *type, const fiat__shape *shape) {
    static const struct {
        fiat__type_kind kind;
        double min, max;
    } rows[] = {{FIAT__TYPE_TINYINT, -128, 127},
                {FIAT__TYPE_SMALLINT, -32768, 32767},
                {FIAT__TYPE_INT, -2147483648.0, 2147483647.0},
                {FIAT__TYPE_BIGINT, -9223372036854775808.0, 9223372036854775808.0}};
    const char *name = fiat__type_kind_name(type->kind);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].kind != type->kind) continue;
        if ((shape->has_max && shape->max > rows[i].max) ||
            (shape->has_min && shape->min < rows[i].min))
            find(check, true,
                 "%s holds %.0f to %.0f, and the schema allows more: use a wider type, or set "
                 "minimum and maximum",
                 name, rows[i].min, rows[i].max);
        else if (type->kind != FIAT__TYPE_BIGINT && !(shape->has_max && shape->has_min))
            find(check, false,
                 "%s holds %.0f to %.0f, and the schema sets no minimum and maximum: a number "
                 "beyond them fails every query of the column",
                 name, rows[i].min, rows[i].max);
    }
}

static void check_decimal(struct check *check, const fiat__type *type, const fiat__shape *shape) {
    double limit = pow(10, type->precision - type->scale);
    if ((shape->has_max && shape->max >= limit) || (shape->has_min && shape->min <= -limit))
        find(check, true, "%s has %u digits before the point, and the schema allows more",
             write_type(check, type), type->precision - type->scale);
    if (type->scale == 0 && shape->types & FIAT__SHAPE_FRACTION)
        find(check, true, "%s has no digits after the point, and the schema allows fractions",
             write_type(check, type));
}

static void check_length(struct check *check, const fiat__type *type, const fiat__shape *shape) {
    if (shape->has_max_length && shape->max_length <= type->precision) return;
    if (shape->has_max_length)
        find(check, true, "%s is shorter than the maxLength of %.0f in the schema",
             write_type(check, type), shape->max_length);
    else
        find(check, false, "%s cuts longer strings, and the schema sets no maxLength",
             write_type(check, type));
}

static void check_time(struct check *check, const fiat__type *type, const fiat__shape *shape) {
    const char *wanted = type->kind == FIAT__TYPE_DATE ? "date" : "date-time";
    if (strcmp(shape->format, wanted) != 0)
        find(check, true,
             "%s needs strings of \"format\": \"%s\", and the schema does not ask for that",
             fiat__type_kind_name(type->kind), wanted);
}

static void check_type(struct check *check, const fiat__type *type);

static void check_child(struct check *check, const fiat__type *type, fiat__step step) {
    if (check->step_count == STEPS_MAX) return;
    check->steps[check->step_count++] = step;
    check_type(check, type);
    check->step_count--;
}

/* Members of the schema that a struct, or the table itself, leaves out. */
struct leftover {
    struct check *check;
    const fiat__type *type;
    const fiat__columns *columns;
    const char *seen[64]; /* enough to keep most lists free of repeats */
    size_t seen_count;
};

static bool has_name(const struct leftover *left, const char *name) {
    size_t count = left->columns ? fiat__columns_count(left->columns) : left->type->child_count;
    for (size_t i = 0; i < count; i++) {
        const char *other =
            left->columns ? fiat__columns_at(left->columns, i)->name : left->type->names[i];
        if (fiat__shape_fits(name, other)) return true;
    }
    for (size_t i = 0; i < left->seen_count; i++)
        if (strcmp(left->seen[i], name) == 0) return true;
    return false;
}

static bool note_leftover(const char *name, void *user) {
    struct leftover *left = user;
    if (has_name(left, name)) return true;
    if (left->seen_count < sizeof left->seen / sizeof left->seen[0])
        left->seen[left->seen_count++] = name;
    if (left->columns) left->check->column = name;
    if (left->columns)
        find(left->check, false, "the property has no column: SQL will not see it");
    else
        find(left->check, false, "the property \"%s\" is no member of the struct", name);
    return true;
}

static void check_struct(struct check *check, const fiat__type *type) {
    struct leftover left = {.check = check, .type = type};
    for (size_t i = 0; i < type->child_count; i++) {
        const char *name =
            fiat__shape_property(check->schema, check->steps, check->step_count, type->names[i]);
        if (!name) name = type->names[i];
        check_child(check, &type->children[i], (fiat__step){FIAT__STEP_MEMBER, name});
    }
    fiat__shape_members(check->schema, check->steps, check->step_count, note_leftover, &left);
}

static void check_map(struct check *check, const fiat__type *type) {
    fiat__type_kind key = type->children[0].kind;
    if (key != FIAT__TYPE_STRING && key != FIAT__TYPE_VARCHAR && key != FIAT__TYPE_CHAR)
        find(check, false, "names in JSON are strings: map<%s,...> works only if all read as such",
             fiat__type_kind_name(key));
    check_child(check, &type->children[1], (fiat__step){FIAT__STEP_VALUE, NULL});
}

/* The types fit; now what the type of the column adds. */
static void check_details(struct check *check, const fiat__type *type, const fiat__shape *shape) {
    switch (type->kind) {
    case FIAT__TYPE_TINYINT:
    case FIAT__TYPE_SMALLINT:
    case FIAT__TYPE_INT:
    case FIAT__TYPE_BIGINT:
        check_range(check, type, shape);
        break;
    case FIAT__TYPE_DECIMAL:
        check_decimal(check, type, shape);
        break;
    case FIAT__TYPE_CHAR:
    case FIAT__TYPE_VARCHAR:
        check_length(check, type, shape);
        break;
    case FIAT__TYPE_DATE:
    case FIAT__TYPE_TIMESTAMP:
        check_time(check, type, shape);
        break;
    case FIAT__TYPE_ARRAY:
        check_child(check, &type->children[0], (fiat__step){FIAT__STEP_ITEM, NULL});
        break;
    case FIAT__TYPE_MAP:
        check_map(check, type);
        break;
    case FIAT__TYPE_STRUCT:
        check_struct(check, type);
        break;
    default:
        break;
    }
}

static void check_type(struct check *check, const fiat__type *type) {
    fiat__shape shape = fiat__shape_at(check->schema, check->steps, check->step_count);
    unsigned types = shape.types & ~(unsigned)FIAT__SHAPE_NULL,
             refused = types & ~s_accepts[type->kind];
    char names[80];
    if (shape.types == 0) {
        find(check, true, "the schema allows nothing there: it would always be NULL");
    } else if (!shape.declared) {
        find(check, false, "the schema does not declare it: any value may stand there");
    } else if (refused) {
        write_types(names, sizeof names, refused);
        find(check, true, "%s cannot hold %s, which the schema allows", write_type(check, type),
             names);
    } else if (types) {
        check_details(check, type, &shape);
    }
}

static bool is_in(const char *name, const char *const *names, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (strcasecmp(names[i], name) == 0) return true;
    return false;
}

static void check_column(struct check *check, const fiat__column *column,
                         const char *const *provided, size_t provided_count) {
    const char *property = fiat__shape_property(check->schema, NULL, 0, column->name);
    check->column = column->name;
    check->step_count = 1;
    check->steps[0] = (fiat__step){FIAT__STEP_MEMBER, property ? property : column->name};
    if (is_in(column->name, s_reserved, sizeof s_reserved / sizeof s_reserved[0]))
        find(check, false, "the name is a word of SQL: queries must write it as \"%s\", quoted",
             column->name);
    if (property && strcasecmp(property, column->name) != 0)
        find(check, false, "the property is \"%s\": the table maps it", property);
    else if (property && strcmp(property, column->name) != 0)
        find(check, false, "the property is spelt \"%s\"; Athena does not tell the two apart",
             property);
    if (property)
        check_type(check, &column->type);
    else if (!is_in(column->name, provided, provided_count))
        find(check, true,
             "there is no property of that name in the JSON Schema: declare it, or remove the "
             "column");
}

fiat_status fiat__columns_check(const fiat__columns *columns, fiat__str json_schema,
                                const char *const *provided, size_t provided_count,
                                fiat__columns_finding *each, void *user, fiat_error *err) {
    fiat__doc *schema;
    struct check check = {.each = each, .user = user, .err = err};
    fiat_status status = fiat__doc_parse(&schema, json_schema, err);
    if (status != FIAT_OK) return status;
    check.schema = schema;
    fiat__buf_init(&check.place, TEXT_MAX_BYTES);
    fiat__buf_init(&check.type, TEXT_MAX_BYTES);
    for (size_t i = 0; i < fiat__columns_count(columns); i++)
        check_column(&check, fiat__columns_at(columns, i), provided, provided_count);
    struct leftover left = {.check = &check, .columns = columns};
    check.step_count = 0;
    fiat__shape_members(schema, NULL, 0, note_leftover, &left);
    fiat__buf_deinit(&check.place);
    fiat__buf_deinit(&check.type);
    fiat__doc_free(schema);
    return check.status;
}

const char *fiat__columns_property(const fiat__column *column, const fiat__doc *schema) {
    const char *property = fiat__shape_property(schema, NULL, 0, column->name);
    return property ? property : column->name;
}
