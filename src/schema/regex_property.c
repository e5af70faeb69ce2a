/* \p{...} of ECMA-262 (section 22.2.1, tables 67 to 69) in the words of PCRE2. No state.
 *
 * PCRE2 knows the general categories by their short names alone and takes a lone script name, which
 * ECMA-262 does not; hence our own tables. Script names are left to PCRE2. */
#include "schema/regex_parts.h"

#include <stdio.h>

typedef struct name_pair {
    const char *name, *alias;
} name_pair;

static const name_pair s_categories[] = {
    {"Cased_Letter", "LC"},
    {"Close_Punctuation", "Pe"},
    {"Combining_Mark", "M"},
    {"Connector_Punctuation", "Pc"},
    {"Control", "Cc"},
    {"Currency_Symbol", "Sc"},
    {"Dash_Punctuation", "Pd"},
    {"Decimal_Number", "Nd"},
    {"Enclosing_Mark", "Me"},
    {"Final_Punctuation", "Pf"},
    {"Format", "Cf"},
    {"Initial_Punctuation", "Pi"},
    {"Letter", "L"},
    {"Letter_Number", "Nl"},
    {"Line_Separator", "Zl"},
    {"Lowercase_Letter", "Ll"},
    {"Mark", "M"},
    {"Math_Symbol", "Sm"},
    {"Modifier_Letter", "Lm"},
    {"Modifier_Symbol", "Sk"},
    {"Nonspacing_Mark", "Mn"},
    {"Number", "N"},
    {"Open_Punctuation", "Ps"},
    {"Other", "C"},
    {"Other_Letter", "Lo"},
    {"Other_Number", "No"},
    {"Other_Punctuation", "Po"},
    {"Other_Symbol", "So"},
    {"Paragraph_Separator", "Zp"},
    {"Private_Use", "Co"},
    {"Punctuation", "P"},
    {"Separator", "Z"},
    {"Space_Separator", "Zs"},
    {"Spacing_Mark", "Mc"},
    {"Surrogate", "Cs"},
    {"Symbol", "S"},
    {"Titlecase_Letter", "Lt"},
    {"Unassigned", "Cn"},
    {"Uppercase_Letter", "Lu"},
    {"cntrl", "Cc"},
    {"digit", "Nd"},
    {"punct", "P"},
};

static const name_pair s_binary[] = {
    {"ASCII_Hex_Digit", "AHex"},
    {"Alphabetic", "Alpha"},
    {"Any", "Any"},
    {"Bidi_Control", "Bidi_C"},
    {"Bidi_Mirrored", "Bidi_M"},
    {"Case_Ignorable", "CI"},
    {"Cased", "Cased"},
    {"Changes_When_Casefolded", "CWCF"},
    {"Changes_When_Casemapped", "CWCM"},
    {"Changes_When_Lowercased", "CWL"},
    {"Changes_When_Titlecased", "CWT"},
    {"Changes_When_Uppercased", "CWU"},
    {"Dash", "Dash"},
    {"Default_Ignorable_Code_Point", "DI"},
    {"Deprecated", "Dep"},
    {"Diacritic", "Dia"},
    {"Emoji", "Emoji"},
    {"Emoji_Component", "EComp"},
    {"Emoji_Modifier", "EMod"},
    {"Emoji_Modifier_Base", "EBase"},
    {"Emoji_Presentation", "EPres"},
    {"Extended_Pictographic", "ExtPict"},
    {"Extender", "Ext"},
    {"Grapheme_Base", "Gr_Base"},
    {"Grapheme_Extend", "Gr_Ext"},
    {"Hex_Digit", "Hex"},
    {"IDS_Binary_Operator", "IDSB"},
    {"IDS_Trinary_Operator", "IDST"},
    {"ID_Continue", "IDC"},
    {"ID_Start", "IDS"},
    {"Ideographic", "Ideo"},
    {"Join_Control", "Join_C"},
    {"Logical_Order_Exception", "LOE"},
    {"Lowercase", "Lower"},
    {"Math", "Math"},
    {"Noncharacter_Code_Point", "NChar"},
    {"Pattern_Syntax", "Pat_Syn"},
    {"Pattern_White_Space", "Pat_WS"},
    {"Quotation_Mark", "QMark"},
    {"Radical", "Radical"},
    {"Regional_Indicator", "RI"},
    {"Sentence_Terminal", "STerm"},
    {"Soft_Dotted", "SD"},
    {"Terminal_Punctuation", "Term"},
    {"Unified_Ideograph", "UIdeo"},
    {"Uppercase", "Upper"},
    {"Variation_Selector", "VS"},
    {"White_Space", "space"},
    {"XID_Continue", "XIDC"},
    {"XID_Start", "XIDS"},
};

static const name_pair *find(const name_pair *pairs, size_t count, fiat__str name) {
    for (size_t i = 0; i < count; i++)
        if (fiat__str_eq_c(name, pairs[i].name) || fiat__str_eq_c(name, pairs[i].alias))
            return &pairs[i];
    return NULL;
}

static void set_property(fiat__regex_item *item, bool negated, const char *kind, fiat__str name) {
    /* PCRE2 has another name for the three cased letters taken together. */
    if (fiat__str_eq_c(name, "LC")) name = fiat__str_c("L&");
    snprintf(item->set, sizeof item->set, "\\%c{%s%.*s}", negated ? 'P' : 'p', kind, (int)name.len,
             name.ptr);
}

static bool set_category(fiat__regex_item *item, bool negated, fiat__str name) {
    const name_pair *pair = find(s_categories, sizeof s_categories / sizeof s_categories[0], name);
    if (!pair) return false;
    set_property(item, negated, "", fiat__str_c(pair->alias));
    return true;
}

static bool set_lone(fiat__regex_item *item, bool negated, fiat__str name) {
    if (fiat__str_eq_c(name, "ASCII")) {
        snprintf(item->set, sizeof item->set, "%s",
                 negated ? "\\x{80}-\\x{10ffff}" : "\\x{0}-\\x{7f}");
        return true;
    }
    if (fiat__str_eq_c(name, "Assigned")) return set_category(item, !negated, fiat__str_c("Cn"));
    if (set_category(item, negated, name)) return true;
    const name_pair *pair = find(s_binary, sizeof s_binary / sizeof s_binary[0], name);
    if (pair) set_property(item, negated, "", fiat__str_c(pair->name));
    return pair != NULL;
}

static bool set_valued(fiat__regex_item *item, bool negated, fiat__str name, fiat__str value) {
    if (fiat__str_eq_c(name, "General_Category") || fiat__str_eq_c(name, "gc"))
        return set_category(item, negated, value);
    bool script = fiat__str_eq_c(name, "Script") || fiat__str_eq_c(name, "sc");
    bool extensions = fiat__str_eq_c(name, "Script_Extensions") || fiat__str_eq_c(name, "scx");
    if (!script && !extensions) return false;
    set_property(item, negated, script ? "sc:" : "scx:", value);
    return true;
}

static bool is_name_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static fiat__str read_name(fiat__regex_translation *run) {
    size_t start = run->at;
    while (run->at < run->pattern.len && is_name_char(run->pattern.ptr[run->at]))
        run->at++;
    return fiat__str_of(run->pattern.ptr + start, run->at - start);
}

bool fiat__regex_read_property(fiat__regex_translation *run, bool negated, fiat__regex_item *item) {
    size_t start = run->at;
    if (!fiat__regex_sees(run, 0, '{'))
        return fiat__regex_refuse(run, start, "\\p and \\P need a property in braces");
    run->at++;
    fiat__str name = read_name(run), value = {NULL, 0};
    bool valued = fiat__regex_sees(run, 0, '=');
    if (valued) {
        run->at++;
        value = read_name(run);
    }
    if (!fiat__regex_sees(run, 0, '}') || name.len == 0 || name.len > 64 ||
        (valued && (value.len == 0 || value.len > 64)))
        return fiat__regex_refuse(run, start, "malformed property name");
    run->at++;
    item->is_set = true;
    item->negated = false;
    item->members.others = FIAT__OTHERS_UNKNOWN;
    if (valued ? set_valued(item, negated, name, value) : set_lone(item, negated, name))
        return true;
    return fiat__regex_refuse(run, start, "unknown property (scripts are written Script=Name)");
}
