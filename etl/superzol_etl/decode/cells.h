/* Finds the cells of a block of CSV rows; what is not plain, it leaves to Polars.

Included by what understands them: the functions are inline, so that theirs are in the one loop. */

#include <stdint.h>
#include <string.h>

typedef uint8_t letter;

enum { PIECE = 1 << 14 };
enum { SHORTEST_NAME = 13 }; /* of a source file: a repeated header has a shorter one */

/* The text of a cell without its quotes; below 0 the length of one in which quotes are doubled. */
typedef struct {
    int32_t start, length;
} Cell;

/* A bit for each of eight letters that is a comma, a newline or a quote. */
static inline uint64_t marks_of(const letter *text) {
    const uint64_t low = 0x7f7f7f7f7f7f7f7fu, ones = 0x0101010101010101u;
    uint64_t eight, mark = 0;
    memcpy(&eight, text, 8);
    for (int n = 0; n < 3; n++) {
        uint64_t same = eight ^ ones * (letter)",\n\""[n]; /* 0 in a letter that is it */
        mark |= ~(((same & low) + low) | same | low);
    }
    return (mark >> 7) * 0x0102040810204080u >> 56;
}

/* Where commas, newlines and quotes stand. Eight places are written at once, right or not, as no
processor can guess where a cell ends. */
static inline int find_marks(const letter *text, int64_t from, int64_t to, int32_t *marks) {
    int found = 0;
    for (; from + 64 <= to; from += 64) {
        uint64_t mark = 0;
        for (int n = 0; n < 8; n++) mark |= marks_of(text + from + 8 * n) << (8 * n);
        int more = __builtin_popcountll(mark);
        for (int n = 0; n < more; n += 8)
            for (int m = 0; m < 8; m++) {
                marks[found + n + m] = (int32_t)from + (mark ? __builtin_ctzll(mark) : 0);
                mark &= mark - 1;
            }
        found += more;
    }
    for (; from < to; from++) {
        marks[found] = (int32_t)from;
        found += text[from] == ',' || text[from] == '\n' || text[from] == '"';
    }
    return found;
}

typedef enum { BARE, OPEN, HALF, CLOSED, ODD } State; /* HALF: behind the first of two quotes */

/* What a quote makes of a cell that starts at `start`. */
static inline State pass_quote(const letter *text, State state, int32_t at, int32_t start) {
    if (state == BARE) return at == start ? OPEN : ODD;
    if (state == OPEN) return text[at + 1] == '"' ? HALF : CLOSED;
    return state == HALF ? OPEN : ODD;
}

/* A bit for each slot that a column of the file fills; slots: of each column, -1 where it is none. */
static inline uint64_t filled_slots(const int8_t *slots, int64_t width) {
    uint64_t filled = 0;
    for (int64_t column = 0; column < width; column++)
        if (slots[column] >= 0) filled |= 1ull << slots[column];
    return filled;
}

/* What a reader does with a cell that is not empty, and where a row ends; 0 where it is odd. */
typedef int (*TakeCell)(void *reader, int64_t column, Cell cell);
typedef int (*EndRow)(void *reader);
/* How many letters a quoted cell has that starts there, if the reader knows it already; else 0. */
typedef int32_t (*KnowCell)(void *reader, int64_t column, int32_t start);

/* Whether all rows are plain: a line each, a cell for each column, quotes that match. piece: how
many letters are looked at at once, at most PIECE. */
static inline __attribute__((always_inline)) int read_rows(
    const letter *text, int64_t size, int64_t width, int64_t piece, KnowCell know, TakeCell take,
    EndRow end, void *reader
) {
    int32_t marks[PIECE + 8], start = 0, closed = 0, is_doubled = 0, known;
    int64_t column = 0;
    State state = BARE;
    for (int64_t from = 0, to; from < size; from = to) {
        to = from + piece < size ? from + piece : size;
        int found = find_marks(text, from, to, marks);
        for (int mark = 0; mark < found; mark++) {
            const int32_t at = marks[mark];
            const letter what = text[at];
            if (at == start && what == ',' && state == BARE) { /* masked, as most are */
                if (++column == width) return 0;
                start++;
                continue;
            }
            if (what == '"' && know && at == start && (known = know(reader, column, at))) {
                state = CLOSED, closed = at + known - 1, is_doubled = 1;
                to = closed + 1, start++;
                break;
            }
            if (what == '"') {
                const State before = state;
                state = pass_quote(text, state, at, start);
                if (state == ODD) return 0;
                if (before == BARE) start++;
                if (before == OPEN) closed = at;
                is_doubled |= state == HALF;
                continue;
            }
            if (state == OPEN && what == ',') continue;
            if (state == OPEN || (state == CLOSED && at != closed + 1)) return 0;
            const int32_t length = (state == CLOSED ? closed : at) - start;
            const int is_last = column + 1 == width;
            if (is_last != (what == '\n') || (is_last && at && text[at - 1] == '\r')) return 0;
            if (length && !take(reader, column, (Cell){start, is_doubled ? -length : length}))
                return 0;
            if (is_last && !end(reader)) return 0;
            column = is_last ? 0 : column + 1;
            state = BARE;
            is_doubled = 0;
            start = at + 1;
        }
    }
    return column == 0 && state == BARE && start == size;
}
