/* The only file that sees libidn2. No state.
 *
 * It uses the registration half of the protocol (RFC 5891 section 4), which checks all that a label
 * must be: the lookup half trusts the registries with the contextual rules of RFC 5892 appendix A
 * that are not about joiners. */
#include "schema/idn.h"

#include <idn2.h>

#define ACE_PREFIX_BYTES 4 /* "xn--" */
/* No U-label has more characters than its A-label has bytes. */
#define U_LABEL_MAX_BYTES (4 * FIAT__LABEL_MAX_BYTES)

bool fiat__idn_claims_a_label(fiat__str label) {
    return label.len >= ACE_PREFIX_BYTES && (label.ptr[0] | 0x20) == 'x' &&
           (label.ptr[1] | 0x20) == 'n' && label.ptr[2] == '-' && label.ptr[3] == '-';
}

bool fiat__idn_is_a_label(fiat__str label) {
    char lower[FIAT__LABEL_MAX_BYTES + 1];
    uint8_t *unused = NULL;
    /* Punycode ends in a letter or digit, and a hyphen at its end would have nothing after it. */
    if (label.len <= ACE_PREFIX_BYTES || label.len > FIAT__LABEL_MAX_BYTES ||
        label.ptr[label.len - 1] == '-')
        return false;
    /* The case of an A-label says nothing (RFC 5890 section 2.3.2.1), to libidn2 it does. */
    for (size_t i = 0; i < label.len; i++) {
        char c = label.ptr[i];
        if (c == '\0') return false;
        lower[i] = c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
    }
    lower[label.len] = '\0';
    int result = idn2_register_u8(NULL, (const uint8_t *)lower, &unused, 0);
    idn2_free(unused);
    return result == IDN2_OK;
}

size_t fiat__idn_u_label_length(fiat__str label) {
    char text[U_LABEL_MAX_BYTES + 1];
    uint8_t *ascii = NULL;
    if (label.len > U_LABEL_MAX_BYTES || memchr(label.ptr, '\0', label.len)) return 0;
    memcpy(text, label.ptr, label.len);
    text[label.len] = '\0';
    int result = idn2_register_u8((const uint8_t *)text, NULL, &ascii, 0);
    size_t len = result == IDN2_OK && ascii ? strlen((const char *)ascii) : 0;
    idn2_free(ascii);
    return len <= FIAT__LABEL_MAX_BYTES ? len : 0;
}
