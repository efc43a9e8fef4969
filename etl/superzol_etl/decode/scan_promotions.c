/* Reads a block of promotion rows in one pass: which rows are of one body, masked cells filled.

Called by scan_promotions.py, whose _Block is the Block here. A body is what a row says but for its
store. Bodies are told apart by 64 bits: of each cell a hash, and all of them together. Stores
repeat trees of a thousand letters and hundreds of quotes, so one is first compared with that which
the promotion of this number had in the store before. */

#include "cells.h"

enum { FILE_NAME, STORE, CHAIN, RUN, FOLDER = RUN, OF_STORE, NUMBER = OF_STORE, MOST_SLOTS = 64 };
enum { WORD = 64 };          /* letters that are looked at at once: trees are passed over */

typedef struct {
    const letter *text; /* ends in a newline */
    int64_t size, width, slots, most_rows;
    const int8_t *slot;  /* of each column; -1 where it is not read */
    int32_t *body;       /* of each row the number of its body in this block */
    Cell *body_cells;    /* slots of the first row of each body */
    uint64_t *cell_hashes, *hashes; /* of the slots of each body, and of each body */
    int32_t *told_rows;  /* the rows that tell a source file or a store */
    Cell *told_cells;    /* RUN of each */
    int32_t *places;     /* `most_places` zeros, a power of 2 and more than rows */
    int32_t *last;       /* as many zeros: the last body of a promotion's number */
    int64_t most_places, bodies, tolds;
} Block;

typedef struct {
    Block *block;
    Cell cells[MOST_SLOTS];
    uint64_t hashes[MOST_SLOTS], hash; /* of the cells, and of all of a body together */
    uint64_t present, told;            /* slots that the file has, and that this row tells */
    int64_t rows;                      /* before this one */
    uint64_t known;                    /* hash of the cell that is known, or 0 */
    int32_t body, alike;               /* of the row above, and one that may be this row's */
    int is_other;                      /* a body than that of the row above */
} Row;

/* MurmurHash64A of Austin Appleby, of the letters in the file: the same whether quoted or not. */
static uint64_t hash_of(const letter *text, int32_t length, uint64_t seed) {
    const uint64_t spread = 0xc6a4a7935bd1e995u;
    uint64_t hash = seed * spread ^ (uint64_t)length * spread;
    for (int32_t at = 0; at < length; at += 8) {
        uint64_t eight = 0;
        memcpy(&eight, text + at, length - at < 8 ? (size_t)(length - at) : 8);
        eight *= spread;
        eight ^= eight >> 47;
        hash = (hash ^ eight * spread) * spread;
    }
    hash = (hash ^ hash >> 47) * spread;
    return hash ^ hash >> 47;
}

/* Where the last body is kept, plus 1, that had the number of this row's promotion. */
static int32_t *last_of(const Row *row) {
    return row->block->last + (row->hashes[NUMBER] & ((uint64_t)row->block->most_places - 1));
}

/* The letters of a tree, with its quotes, that the body alike has there too; 0 where it differs. */
static int32_t know_cell(void *reader, int64_t column, int32_t start) {
    Row *row = reader;
    const Block *block = row->block;
    const int slot = block->slot[column];
    if (slot < OF_STORE || row->alike < 0) return 0;
    const int64_t place = row->alike * block->slots + slot;
    const Cell cell = block->body_cells[place];
    const int32_t length = 2 - cell.length;
    if (cell.length >= 0 || start + length >= block->size) return 0;
    if (memcmp(block->text + start, block->text + cell.start - 1, (size_t)length)) return 0;
    if (block->text[start + length] == '"') return 0; /* goes on */
    row->known = block->cell_hashes[place];
    return length;
}

/* Takes over what the row tells in a column. */
static int take_cell(void *reader, int64_t column, Cell cell) {
    Row *row = reader;
    const int slot = row->block->slot[column];
    if (slot < 0) return 1;
    row->told |= 1ull << slot;
    row->cells[slot] = cell;
    if (slot < OF_STORE) return slot != FILE_NAME || cell.length >= SHORTEST_NAME;
    const int32_t length = cell.length < 0 ? -cell.length : cell.length;
    const uint64_t before = row->hashes[slot];
    const letter *letters = row->block->text + cell.start;
    row->hashes[slot] = row->known ? row->known : hash_of(letters, length, (uint64_t)slot + 1);
    row->known = 0;
    row->hash ^= before ^ row->hashes[slot];
    row->is_other |= before != row->hashes[slot];
    if (slot == NUMBER) row->alike = *last_of(row) - 1;
    return 1;
}

/* The number of the row's body, entered where it is new. */
static int32_t number_body(Block *block, const Row *row) {
    const uint64_t last = (uint64_t)block->most_places - 1;
    for (uint64_t place = row->hash & last;; place = (place + 1) & last) {
        int32_t known = block->places[place] - 1;
        if (known >= 0 && block->hashes[known] != row->hash) continue;
        if (known >= 0) return known;
        block->hashes[block->bodies] = row->hash;
        const size_t slots = (size_t)block->slots, first = (size_t)block->bodies * slots;
        memcpy(block->body_cells + first, row->cells, slots * sizeof *row->cells);
        memcpy(block->cell_hashes + first, row->hashes, slots * sizeof *row->hashes);
        block->places[place] = (int32_t)++block->bodies;
        return (int32_t)block->bodies - 1;
    }
}

/* Says of which body the row is; 0 where it is odd: a source begins in a row that is whole. */
static int end_row(void *reader) {
    Row *row = reader;
    Block *block = row->block;
    const int64_t at = row->rows++;
    const int begins = row->told >> FOLDER & 1;
    if (at == block->most_rows || (begins ? row->told != row->present : at == 0)) return 0;
    if (row->told & (1u << FILE_NAME | 1u << STORE)) {
        block->told_rows[block->tolds] = (int32_t)at;
        Cell *told = block->told_cells + block->tolds++ * RUN;
        memcpy(told, row->cells, RUN * sizeof *told);
    }
    if (row->is_other || at == 0) row->body = number_body(block, row);
    block->body[at] = row->alike = row->body;
    *last_of(row) = row->body + 1;
    row->told = 0;
    row->is_other = 0;
    return 1;
}

/* Reads the block and returns how many rows it has; -1 where anything is odd. */
int64_t scan_promotions(Block *block) {
    Row row = {.block = block, .alike = -1};
    row.present = filled_slots(block->slot, block->width);
    const int is_plain =
        read_rows(block->text, block->size, block->width, WORD, know_cell, take_cell, end_row, &row);
    return is_plain ? row.rows : -1;
}
