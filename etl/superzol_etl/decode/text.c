/* Looks at a block as a whole, its lines and whether it is UTF-8, and gathers texts of its cells. */

#include "cells.h"

/* How many newlines there are; at most 255 are counted in a letter, as many letters at once. */
int64_t count_lines(const letter *text, int64_t size) {
    int64_t lines = 0, at = 0;
    for (; at + UINT8_MAX <= size; at += UINT8_MAX) {
        letter some = 0;
        for (int n = 0; n < UINT8_MAX; n++) some += text[at + n] == '\n';
        lines += some;
    }
    for (; at < size; at++) lines += text[at] == '\n';
    return lines;
}

/* How many letters follow a first one, 0 where they are no UTF-8 (RFC 3629, section 4). */
static int follow(const letter *text, int64_t left) {
    const letter first = text[0];
    const int more = first < 0xc2 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : first < 0xf5 ? 3 : 0;
    if (!more || left <= more) return 0;
    const letter lowest = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    const letter highest = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    if (text[1] < lowest || text[1] > highest) return 0;
    for (int at = 2; at <= more; at++)
        if ((text[at] & 0xc0) != 0x80) return 0;
    return more;
}

/* Whether a piece is of English and Hebrew letters alone: without a branch, so many at once. */
static int is_simple(const letter *text, int64_t size) {
    letter odd = text[0] >> 6 == 2 || text[size - 1] >= 0xc0;
    for (int64_t at = 1; at < size; at++) {
        letter leads = text[at - 1] >= 0xc2, goes_on = (text[at] & 0xc0) == 0x80;
        odd |= (leads ^ goes_on) | (text[at] >= 0xe0) | ((text[at] & 0xfe) == 0xc0);
    }
    return !odd && text[0] < 0xe0 && (text[0] & 0xfe) != 0xc0;
}

/* Whether the text is UTF-8. */
int64_t is_utf8(const letter *text, int64_t size) {
    for (int64_t at = 0; at < size;) {
        int64_t piece = size - at < PIECE ? size - at : PIECE;
        if (piece > 1 && text[at + piece - 1] >= 0xc0) piece--; /* the other half comes next */
        if (is_simple(text + at, piece)) {
            at += piece;
            continue;
        }
        for (int64_t end = at + piece; at < end;) {
            int more = text[at] < 0x80 ? 0 : follow(text + at, size - at);
            if (text[at] >= 0x80 && !more) return 0;
            at += 1 + more;
        }
    }
    return 1;
}

/* Writes the texts of cells one after the other, each before a newline; returns their length. */
int64_t gather(const letter *text, const Cell *cells, int64_t count, letter *texts) {
    letter *to = texts;
    for (int64_t n = 0; n < count; n++) {
        const letter *from = text + cells[n].start;
        int32_t length = cells[n].length;
        if (length >= 0) {
            memcpy(to, from, (size_t)length);
            to += length;
        }
        for (; length < 0; length++) {
            *to++ = *from;
            int pair = *from == '"'; /* and so is the next */
            from += 1 + pair;
            length += pair;
        }
        *to++ = '\n';
    }
    return to - texts;
}
