/* Looking through a JSON Schema for what it allows at a place: `type`, `enum`, `const`, bounds and
 * `format`, through local references, allOf, anyOf and oneOf, in any draft. */
#include "table/shape.h"

#include "table/shape_ref.h"

#include <math.h>
#include <ctype.h>
#include <strings.h>

/* Schemas may refer to themselves: both bounds end such a walk. */
#define MAX_DEPTH  64
#define MAX_VISITS 100000

struct walk {
    const fiat__doc *root;
    const fiat__step *steps;
    size_t step_count;
    unsigned visits;
    unsigned searched;                               /* by fiat__shape_ref() */
    bool (*each)(const fiat__doc *node, void *user); /* only fiat__shape_nodes() */
    void *user;
    bool stopped;
};

static fiat__shape anything(bool declared) {
    fiat__shape shape = {.types = FIAT__SHAPE_ANY, .declared = declared};
    return shape;
}

static void set_min(fiat__shape *shape, double min) {
    if (!shape->has_min || min > shape->min) shape->min = min;
    shape->has_min = true;
}

static void set_max(fiat__shape *shape, double max) {
    if (!shape->has_max || max < shape->max) shape->max = max;
    shape->has_max = true;
}

static void set_max_length(fiat__shape *shape, double length) {
    if (!shape->has_max_length || length < shape->max_length) shape->max_length = length;
    shape->has_max_length = true;
}

/* Both must hold. */
static void narrow(fiat__shape *shape, const fiat__shape *other) {
    shape->types &= other->types;
    shape->declared |= other->declared;
    if (other->has_min) set_min(shape, other->min);
    if (other->has_max) set_max(shape, other->max);
    if (other->has_max_length) set_max_length(shape, other->max_length);
    if (other->format[0]) memcpy(shape->format, other->format, sizeof shape->format);
}

/* Either may hold. A branch without strings says nothing about their format, and so on. */
static void widen(fiat__shape *shape, const fiat__shape *other) {
    const unsigned numbers = FIAT__SHAPE_INTEGER | FIAT__SHAPE_FRACTION;
    shape->declared |= other->declared;
    if (other->types & numbers) {
        bool first = !(shape->types & numbers);
        shape->has_min = other->has_min && (first || shape->has_min);
        shape->has_max = other->has_max && (first || shape->has_max);
        if (first || other->min < shape->min) shape->min = other->min;
        if (first || other->max > shape->max) shape->max = other->max;
    }
    if (other->types & FIAT__SHAPE_STRING) {
        bool first = !(shape->types & FIAT__SHAPE_STRING);
        shape->has_max_length = other->has_max_length && (first || shape->has_max_length);
        if (first || other->max_length > shape->max_length) shape->max_length = other->max_length;
        if (first)
            memcpy(shape->format, other->format, sizeof shape->format);
        else if (strcmp(shape->format, other->format) != 0)
            shape->format[0] = '\0';
    }
    shape->types |= other->types;
}

static unsigned named_type(const char *name) {
    static const struct {
        const char *name;
        unsigned types;
    } rows[] = {
        {"null", FIAT__SHAPE_NULL},       {"boolean", FIAT__SHAPE_BOOLEAN},
        {"integer", FIAT__SHAPE_INTEGER}, {"number", FIAT__SHAPE_INTEGER | FIAT__SHAPE_FRACTION},
        {"string", FIAT__SHAPE_STRING},   {"array", FIAT__SHAPE_ARRAY},
        {"object", FIAT__SHAPE_OBJECT},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (strcmp(rows[i].name, name) == 0) return rows[i].types;
    return 0;
}

static unsigned types_of_keyword(const fiat__doc *type) {
    const char *name;
    unsigned types = 0;
    if (!type) return FIAT__SHAPE_ANY;
    if (fiat__doc_string(type, &name)) return named_type(name);
    for (const fiat__doc *item = fiat__doc_first(type); item; item = fiat__doc_next(item))
        if (fiat__doc_string(item, &name)) types |= named_type(name);
    return types;
}

/* A constant as a shape. */
static fiat__shape shape_of_value(const fiat__doc *value) {
    static const unsigned types[] = {
        [FIAT__DOC_NULL] = FIAT__SHAPE_NULL,      [FIAT__DOC_BOOL] = FIAT__SHAPE_BOOLEAN,
        [FIAT__DOC_NUMBER] = FIAT__SHAPE_INTEGER, [FIAT__DOC_STRING] = FIAT__SHAPE_STRING,
        [FIAT__DOC_ARRAY] = FIAT__SHAPE_ARRAY,    [FIAT__DOC_OBJECT] = FIAT__SHAPE_OBJECT};
    fiat__shape shape = anything(true);
    double number;
    const char *text;
    shape.types = types[fiat__doc_kind_of(value)];
    if (fiat__doc_double(value, &number)) {
        if (floor(number) < number) shape.types = FIAT__SHAPE_FRACTION;
        set_min(&shape, number);
        set_max(&shape, number);
    }
    if (fiat__doc_string(value, &text)) set_max_length(&shape, (double)strlen(text));
    return shape;
}

/* What the keywords of the node itself say of the value. */
static fiat__shape shape_of_keywords(const fiat__doc *node) {
    fiat__shape shape = anything(true);
    double number;
    const char *format;
    shape.types = types_of_keyword(fiat__doc_get(node, "type"));
    if (fiat__doc_double(fiat__doc_get(node, "minimum"), &number)) set_min(&shape, number);
    if (fiat__doc_double(fiat__doc_get(node, "maximum"), &number)) set_max(&shape, number);
    if (fiat__doc_double(fiat__doc_get(node, "exclusiveMinimum"), &number)) set_min(&shape, number);
    if (fiat__doc_double(fiat__doc_get(node, "exclusiveMaximum"), &number)) set_max(&shape, number);
    if (fiat__doc_double(fiat__doc_get(node, "maxLength"), &number)) set_max_length(&shape, number);
    if (fiat__doc_double(fiat__doc_get(node, "multipleOf"), &number) && floor(number) >= number)
        shape.types &= ~(unsigned)FIAT__SHAPE_FRACTION;
    if (fiat__doc_string(fiat__doc_get(node, "format"), &format) &&
        strlen(format) < sizeof shape.format)
        memcpy(shape.format, format, strlen(format) + 1);
    const fiat__doc *constant = fiat__doc_get(node, "const"), *list = fiat__doc_get(node, "enum");
    if (constant) {
        fiat__shape value = shape_of_value(constant);
        narrow(&shape, &value);
    }
    if (list) {
        fiat__shape any = {.declared = true};
        for (const fiat__doc *item = fiat__doc_first(list); item; item = fiat__doc_next(item)) {
            fiat__shape value = shape_of_value(item);
            widen(&any, &value);
        }
        narrow(&shape, &any);
    }
    return shape;
}

static fiat__shape look(struct walk *walk, const fiat__doc *node, size_t at, unsigned depth);

/* Any of the schemas in a list or an object of schemas. */
static bool widen_each(struct walk *walk, const fiat__doc *list, size_t at, unsigned depth,
                       fiat__shape *any) {
    const fiat__doc *child = fiat__doc_first(list);
    bool found = child != NULL;
    for (; child; child = fiat__doc_next(child)) {
        fiat__shape shape = look(walk, child, at, depth);
        widen(any, &shape);
    }
    return found;
}

static fiat__shape shape_of_member(struct walk *walk, const fiat__doc *node, size_t at,
                                   unsigned depth) {
    const fiat__doc *child = fiat__doc_get(fiat__doc_get(node, "properties"), walk->steps[at].name);
    const fiat__doc *other = fiat__doc_get(node, "additionalProperties");
    fiat__shape shape = anything(false);
    if (child) {
        shape = look(walk, child, at + 1, depth);
        if (at + 1 == walk->step_count) shape.declared = true;
    } else if (other && !fiat__doc_first(fiat__doc_get(node, "patternProperties"))) {
        shape = look(walk, other, at + 1, depth);
        shape.declared = false;
    }
    return shape;
}

/* Items of an array, or values of an object used as a map: any of what is said of them. */
static fiat__shape shape_of_any(struct walk *walk, const fiat__doc *node, size_t at,
                                unsigned depth) {
    bool items = walk->steps[at].kind == FIAT__STEP_ITEM, found = false;
    const char *lists[] = {items ? "prefixItems" : "properties", items ? "" : "patternProperties"};
    const char *singles[] = {items ? "items" : "additionalProperties",
                             items ? "additionalItems" : ""};
    fiat__shape any = {.declared = true};
    for (size_t i = 0; i < 2; i++) {
        const fiat__doc *one = fiat__doc_get(node, singles[i]);
        found |= widen_each(walk, fiat__doc_get(node, lists[i]), at + 1, depth, &any);
        if (one && fiat__doc_kind_of(one) == FIAT__DOC_ARRAY)
            found |= widen_each(walk, one, at + 1, depth, &any);
        else if (one) {
            fiat__shape shape = look(walk, one, at + 1, depth);
            widen(&any, &shape);
            found = true;
        }
    }
    return found ? any : anything(false);
}

static void narrow_by_branches(struct walk *walk, const fiat__doc *node, size_t at, unsigned depth,
                               fiat__shape *shape) {
    static const char *const choices[] = {"anyOf", "oneOf"};
    const fiat__doc *target = fiat__shape_ref(walk->root, node, &walk->searched);
    const fiat__doc *branch = fiat__doc_first(fiat__doc_get(node, "allOf"));
    if (target) {
        fiat__shape other = look(walk, target, at, depth);
        narrow(shape, &other);
    }
    for (; branch; branch = fiat__doc_next(branch)) {
        fiat__shape other = look(walk, branch, at, depth);
        narrow(shape, &other);
    }
    for (size_t i = 0; i < 2; i++) {
        fiat__shape any = {0};
        if (widen_each(walk, fiat__doc_get(node, choices[i]), at, depth, &any)) narrow(shape, &any);
    }
}

static unsigned container_of(const fiat__step *step) {
    return step->kind == FIAT__STEP_ITEM ? FIAT__SHAPE_ARRAY : FIAT__SHAPE_OBJECT;
}

static fiat__shape look(struct walk *walk, const fiat__doc *node, size_t at, unsigned depth) {
    bool allowed, last = at == walk->step_count;
    fiat__shape shape = anything(last);
    if (depth > MAX_DEPTH || walk->visits++ > MAX_VISITS) return shape;
    if (fiat__doc_bool(node, &allowed)) {
        if (!allowed) shape.types = 0;
        return shape;
    }
    if (last)
        shape = shape_of_keywords(node);
    else if (!(shape_of_keywords(node).types & container_of(&walk->steps[at])))
        return (fiat__shape){.types = 0}; /* what it lets in has no inside of that kind */
    else if (walk->steps[at].kind == FIAT__STEP_MEMBER)
        shape = shape_of_member(walk, node, at, depth + 1);
    else
        shape = shape_of_any(walk, node, at, depth + 1);
    narrow_by_branches(walk, node, at, depth + 1, &shape);
    bool closed =
        fiat__doc_bool(fiat__doc_get(node, "unevaluatedProperties"), &allowed) && !allowed;
    if (!last && closed && !shape.declared && walk->steps[at].kind == FIAT__STEP_MEMBER)
        shape.types = 0;
    return shape;
}

fiat__shape fiat__shape_at(const fiat__doc *schema, const fiat__step *steps, size_t step_count) {
    struct walk walk = {.root = schema, .steps = steps, .step_count = step_count};
    return look(&walk, schema, 0, 0);
}

static void visit(struct walk *walk, const fiat__doc *node, size_t at, unsigned depth);

static void visit_each(struct walk *walk, const fiat__doc *list, size_t at, unsigned depth) {
    const fiat__doc *child = fiat__doc_first(list);
    for (; child && !walk->stopped; child = fiat__doc_next(child))
        visit(walk, child, at, depth);
}

/* On the way to the place. */
static void visit_step(struct walk *walk, const fiat__doc *node, size_t at, unsigned depth) {
    const fiat__step *step = &walk->steps[at];
    const fiat__doc *items = fiat__doc_get(node, "items");
    if (step->kind == FIAT__STEP_MEMBER) {
        visit(walk, fiat__doc_get(fiat__doc_get(node, "properties"), step->name), at + 1, depth);
    } else if (step->kind == FIAT__STEP_ITEM) {
        visit_each(walk, fiat__doc_get(node, "prefixItems"), at + 1, depth);
        if (items && fiat__doc_kind_of(items) == FIAT__DOC_ARRAY)
            visit_each(walk, items, at + 1, depth);
        else
            visit(walk, items, at + 1, depth);
    } else {
        visit_each(walk, fiat__doc_get(node, "properties"), at + 1, depth);
        visit_each(walk, fiat__doc_get(node, "patternProperties"), at + 1, depth);
        visit(walk, fiat__doc_get(node, "additionalProperties"), at + 1, depth);
    }
}

static void visit(struct walk *walk, const fiat__doc *node, size_t at, unsigned depth) {
    static const char *const lists[] = {"allOf", "anyOf", "oneOf", "dependentSchemas"};
    static const char *const singles[] = {"if", "then", "else"};
    if (!node || walk->stopped || depth > MAX_DEPTH || walk->visits++ > MAX_VISITS) return;
    if (at < walk->step_count)
        visit_step(walk, node, at, depth + 1);
    else
        walk->stopped = !walk->each(node, walk->user);
    visit(walk, fiat__shape_ref(walk->root, node, &walk->searched), at, depth + 1);
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        visit_each(walk, fiat__doc_get(node, lists[i]), at, depth + 1);
    for (size_t i = 0; i < sizeof singles / sizeof singles[0]; i++)
        visit(walk, fiat__doc_get(node, singles[i]), at, depth + 1);
}

void fiat__shape_nodes(const fiat__doc *schema, const fiat__step *steps, size_t step_count,
                       bool (*each)(const fiat__doc *node, void *user), void *user) {
    struct walk walk = {
        .root = schema, .steps = steps, .step_count = step_count, .each = each, .user = user};
    visit(&walk, schema, 0, 0);
}

struct members {
    bool (*each)(const char *name, void *user);
    void *user;
};

static bool each_member(const fiat__doc *node, void *user) {
    const struct members *members = user;
    const fiat__doc *member = fiat__doc_first(fiat__doc_get(node, "properties"));
    for (; member; member = fiat__doc_next(member))
        if (!members->each(fiat__doc_name(member), members->user)) return false;
    return true;
}

void fiat__shape_members(const fiat__doc *schema, const fiat__step *steps, size_t step_count,
                         bool (*each)(const char *name, void *user), void *user) {
    struct members members = {each, user};
    fiat__shape_nodes(schema, steps, step_count, each_member, &members);
}

struct spelling {
    const char *wanted, *found;
};

static bool find_spelling(const char *name, void *user) {
    struct spelling *spelling = user;
    if (strcmp(name, spelling->wanted) == 0) {
        spelling->found = name;
        return false;
    }
    if (!spelling->found && strcasecmp(name, spelling->wanted) == 0) spelling->found = name;
    return true;
}

const char *fiat__shape_spelling(const fiat__doc *schema, const fiat__step *steps,
                                 size_t step_count, const char *name) {
    struct spelling spelling = {.wanted = name};
    fiat__shape_members(schema, steps, step_count, find_spelling, &spelling);
    return spelling.found;
}

/* A column's name is a property's: letters in any case, and _ for a character that Athena does not
 * take. */
bool fiat__shape_fits(const char *property, const char *column) {
    for (; *property && *column; column++) {
        unsigned char c = (unsigned char)*property++;
        bool plain = c < 0x80 && (isalnum(c) || c == '_');
        if (plain ? tolower(c) != tolower((unsigned char)*column) : *column != '_') return false;
        while (!plain && ((unsigned char)*property & 0xC0) == 0x80)
            property++;
    }
    return !*property && !*column;
}

static bool find_fitting(const char *name, void *user) {
    struct spelling *spelling = user;
    if (fiat__shape_fits(name, spelling->wanted)) spelling->found = name;
    return !spelling->found;
}

const char *fiat__shape_property(const fiat__doc *schema, const fiat__step *steps,
                                 size_t step_count, const char *name) {
    const char *found = fiat__shape_spelling(schema, steps, step_count, name);
    struct spelling spelling = {.wanted = name};
    if (!found) fiat__shape_members(schema, steps, step_count, find_fitting, &spelling);
    return found ? found : spelling.found;
}
