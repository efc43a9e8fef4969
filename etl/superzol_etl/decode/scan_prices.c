/* Reads a block of price rows in one pass: cells, codes, prices and flags, masked cells filled.

Called by scan_prices.py, whose _Block is the Block here. Nothing allocates, nothing is kept but what
it is given to, and nothing is decided that is not plain: a block with anything odd in it is left to
Polars. */

#include "cells.h"

enum { FILE_NAME, STORE, CHAIN, CODE, PRICE, WEIGHTED, NAME, SLOTS = 12 };
enum { HASH_BITS = 17, HASHES = 1 << HASH_BITS, MOST_CODES = HASHES / 2 };
enum { AHEAD = 4 }; /* so many goods in a row are seldom lacking */
enum { NO_PRICE = -1, FIRST_ODD = -16, MOST_FIGURES = 15, MOST_DECIMALS = 7 };

typedef struct {
    uint64_t letters[2], length; /* of an item code; GTINs have 14 */
} Key;

typedef struct {
    const letter *text; /* ends in a newline */
    int64_t size, width;
    const int8_t *slots;                 /* of each column: which of SLOTS it is, or -1 */
    const letter *test_names, *yes;      /* words, each after its length; 0 ends them */
    int64_t test_flag, weighted_flag;
    int64_t most_rows;
    Cell *cells;         /* SLOTS of each row */
    int32_t *code;       /* of each row the number of its code */
    int32_t *price;      /* agorot, or FIRST_ODD - n for the n-th odd cell */
    int16_t *flags;
    int32_t *odd_rows;   /* the row of each odd price */
    int32_t *told_rows;  /* the rows that tell a source file or a store */
    /* What blocks before this one made known: */
    int32_t *hashes;     /* HASHES, of which those taken hold the number of a code + 1 */
    int32_t *after;      /* of each code the one that mostly follows, -1 where none does */
    Key *keys;           /* MOST_CODES */
    int64_t codes;
    int64_t odds, tolds;
} Block;

typedef struct {
    Block *block;
    Cell cells[SLOTS], file;
    uint32_t present, told; /* slots that the file has, and that this row tells */
    int64_t rows;           /* before this one */
    int32_t code, price;
    int16_t flags;
} Row;

static int is_same(const letter *text, Cell one, Cell other) {
    return one.length == other.length &&
           !memcmp(text + one.start, text + other.start, (size_t)one.length);
}

static int is_among(const letter *text, Cell cell, const letter *words) {
    for (; *words; words += 1 + *words)
        if (*words == cell.length && !memcmp(words + 1, text + cell.start, *words)) return 1;
    return 0;
}

/* The price of a cell of plain figures; NO_PRICE for another. */
static int32_t plain_agorot(const letter *figures, int32_t length) {
    static const int64_t tens[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000};
    int32_t point = -1;
    int64_t value = 0;
    if (length < 1 || length > MOST_FIGURES) return NO_PRICE;
    for (int32_t at = 0; at < length; at++) {
        unsigned figure = (unsigned)figures[at] - '0';
        if (figure < 10)
            value = value * 10 + figure;
        else if (figures[at] == '.' && point < 0 && at > 0 && at + 1 < length)
            point = at;
        else
            return NO_PRICE;
    }
    int32_t decimals = point < 0 ? 0 : length - 1 - point;
    if (decimals > MOST_DECIMALS) return NO_PRICE;
    value = (200 * value + tens[decimals]) / (2 * tens[decimals]); /* half up */
    return value <= INT32_MAX ? (int32_t)value : NO_PRICE;
}

/* A code not met before, behind the one that it came after. */
static int32_t add_code(Block *block, const Key *key, int32_t last) {
    const int32_t code = (int32_t)block->codes++;
    block->keys[code] = *key;
    block->after[code] = last < 0 ? -1 : block->after[last];
    if (last >= 0) block->after[last] = code;
    return code;
}

/* The number of the code; -1 when it is no such key or there are too many. last: of the row above */
static int32_t number_code(Block *block, Cell code, int32_t last) {
    const uint64_t spread = 0x9e3779b97f4a7c15u;
    Key key = {.length = code.length};
    const letter *letters = block->text + code.start;
    if (code.length > (int32_t)sizeof key.letters) return -1;
    if (memchr(letters, 0, (size_t)code.length)) return -1; /* as the end of a shorter one */
    memcpy(key.letters, letters, (size_t)code.length);
    /* stores list their goods in the same order, and each lacks some */
    int32_t next = last < 0 ? -1 : block->after[last];
    for (int n = 0; n < AHEAD && next >= 0; n++, next = block->after[next])
        if (!memcmp(block->keys + next, &key, sizeof key)) return next;
    uint64_t hash = (key.letters[0] * spread ^ key.letters[1]) * spread;
    hash = (hash ^ hash >> 32 ^ key.length) * spread;
    for (uint64_t place = hash >> (64 - HASH_BITS);; place = (place + 1) % HASHES) {
        int32_t known = block->hashes[place] - 1;
        if (known < 0) {
            if (block->codes == MOST_CODES) return -1;
            known = add_code(block, &key, last);
            block->hashes[place] = known + 1;
            return known;
        }
        if (!memcmp(block->keys + known, &key, sizeof key)) return known;
    }
}

static int16_t set_flag(int16_t flags, int64_t flag, int is_so) {
    return (int16_t)(is_so ? flags | flag : flags & ~flag);
}

/* Whether the row may tell this file: the first row of one is whole, as nothing is taken over from
the file before. */
static int begins_well(const letter *text, Row *row) {
    Cell file = row->cells[FILE_NAME];
    int goes_on = is_same(text, file, row->file);
    row->file = file;
    return file.length >= SHORTEST_NAME && (goes_on || row->told == row->present);
}

/* Understands what the row tells, and writes down what it says; 0 where it is odd. */
static int end_row(void *reader) {
    Row *row = reader;
    Block *block = row->block;
    const letter *text = block->text;
    const int64_t at = row->rows++;
    const uint32_t told = row->told;
    if (at == block->most_rows || !(at || told >> FILE_NAME & 1)) return 0;
    if (told >> FILE_NAME & 1 && !begins_well(text, row)) return 0;
    memcpy(block->cells + at * SLOTS, row->cells, sizeof row->cells);
    if (told & (1u << FILE_NAME | 1u << STORE)) block->told_rows[block->tolds++] = (int32_t)at;
    if (told >> CODE & 1) row->code = number_code(block, row->cells[CODE], row->code);
    if (row->code < 0) return 0;
    if (told >> PRICE & 1) {
        row->price = plain_agorot(text + row->cells[PRICE].start, row->cells[PRICE].length);
        if (row->price == NO_PRICE) {
            row->price = FIRST_ODD - (int32_t)block->odds;
            block->odd_rows[block->odds++] = (int32_t)at;
        }
    }
    if (told >> NAME & 1) {
        int is_test = is_among(text, row->cells[NAME], block->test_names);
        row->flags = set_flag(row->flags, block->test_flag, is_test);
    }
    if (told >> WEIGHTED & 1) {
        int is_so = is_among(text, row->cells[WEIGHTED], block->yes);
        row->flags = set_flag(row->flags, block->weighted_flag, is_so);
    }
    block->code[at] = row->code;
    block->price[at] = row->price;
    block->flags[at] = row->flags;
    row->told = 0;
    return 1;
}

/* Takes over what the row tells in a column. */
static int take_cell(void *reader, int64_t column, Cell cell) {
    Row *row = reader;
    const int slot = row->block->slots[column];
    if (slot < 0) return 1;
    if (cell.length < 0 && slot <= PRICE) return 0;
    row->cells[slot] = cell;
    row->told |= 1u << slot;
    return 1;
}

/* Reads the block and returns how many rows it has; -1 where anything is odd. */
int64_t scan_prices(Block *block) {
    Row row = {.block = block, .code = -1};
    row.present = (uint32_t)filled_slots(block->slots, block->width);
    const int is_plain =
        read_rows(block->text, block->size, block->width, PIECE, 0, take_cell, end_row, &row);
    return is_plain ? row.rows : -1;
}
