// Global memory: streams through a buffer that is larger than the caches: reading, writing, copying.
// Neighbouring work-items touch neighbouring elements, as GPUs want it; a group of one streams straight on, as processors do.
// Sums are whole numbers modulo 2^32, so every one is exact and can be checked to the last bit.
// Given by the build: LANES (1, 2, 4, 8 or 16); PAST_CACHES for stores that go round the caches.

#define JOIN(a, b) a##b
#define WIDE(lanes) JOIN(uint, lanes)
#if LANES == 1
typedef uint vector;
#define LANE_INDEX 0u
#else
typedef WIDE(LANES) vector;
#if LANES == 2
#define LANE_INDEX (uint2)(0, 1)
#elif LANES == 4
#define LANE_INDEX (uint4)(0, 1, 2, 3)
#elif LANES == 8
#define LANE_INDEX (uint8)(0, 1, 2, 3, 4, 5, 6, 7)
#else
#define LANE_INDEX (uint16)(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
#endif
#endif

#ifdef PAST_CACHES
#define STORE(value, to) __builtin_nontemporal_store(value, to)
#else
#define STORE(value, to) (*(to) = (value))
#endif

// Element i holds this: all bits in use, in no order that a prefetcher or compressor could guess.
#define MIX(i) ((i) * 2654435761u)

uint sum_of_lanes(const vector value)
{
#if LANES == 1
    return value;
#else
    uint lanes[LANES];
#if LANES == 2
    vstore2(value, 0, lanes);
#elif LANES == 4
    vstore4(value, 0, lanes);
#elif LANES == 8
    vstore8(value, 0, lanes);
#else
    vstore16(value, 0, lanes);
#endif
    uint sum = 0;
    for (int k = 0; k < LANES; k++) sum += lanes[k];
    return sum;
#endif
}

__kernel void fill(__global uint *values, const uint firstElement, const uint perItem)
{
    const uint apart = (uint)get_local_size(0);
    const uint begin = firstElement + (uint)get_group_id(0) * apart * perItem + (uint)get_local_id(0);
    for (uint k = 0; k < perItem; k++) {
        const uint i = begin + k * apart;
        values[i] = MIX(i);
    }
}

// Every group has a stretch of its own; `rows` rows of a group's width each, a multiple of eight.
__kernel void read_stretch(__global const vector *restrict values, __global uint *restrict sums, const uint rows)
{
    const size_t apart = get_local_size(0);
    __global const vector *at = values + get_group_id(0) * apart * rows + get_local_id(0);
    vector a = (vector)(0u), b = a, c = a, d = a;
    for (uint k = 0; k < rows; k += 8) {
        const vector v0 = at[0], v1 = at[apart], v2 = at[2 * apart], v3 = at[3 * apart];
        const vector v4 = at[4 * apart], v5 = at[5 * apart], v6 = at[6 * apart], v7 = at[7 * apart];
        a += v0;
        b += v1;
        c += v2;
        d += v3;
        a += v4;
        b += v5;
        c += v6;
        d += v7;
        at += 8 * apart;
    }
    sums[get_global_id(0)] = sum_of_lanes((a + b) + (c + d));
}

// All groups side by side, row after row of the whole width of the launch.
__kernel void read_rows(__global const vector *restrict values, __global uint *restrict sums, const uint rows)
{
    const size_t apart = get_global_size(0);
    __global const vector *at = values + get_global_id(0);
    vector a = (vector)(0u), b = a, c = a, d = a;
    for (uint k = 0; k < rows; k += 8) {
        const vector v0 = at[0], v1 = at[apart], v2 = at[2 * apart], v3 = at[3 * apart];
        const vector v4 = at[4 * apart], v5 = at[5 * apart], v6 = at[6 * apart], v7 = at[7 * apart];
        a += v0;
        b += v1;
        c += v2;
        d += v3;
        a += v4;
        b += v5;
        c += v6;
        d += v7;
        at += 8 * apart;
    }
    sums[get_global_id(0)] = sum_of_lanes((a + b) + (c + d));
}

// The group's stretch in four streams at once, for groups of one: a processor core then has more lines under way.
__kernel void read_four(__global const vector *restrict values, __global uint *restrict sums, const uint rows)
{
    const uint quarter = rows / 4;
    __global const vector *p = values + get_global_id(0) * (size_t)rows;
    __global const vector *q = p + quarter;
    __global const vector *r = q + quarter;
    __global const vector *s = r + quarter;
    vector a = (vector)(0u), b = a, c = a, d = a;
    for (uint k = 0; k < quarter; k++) {
        a += p[k];
        b += q[k];
        c += r[k];
        d += s[k];
    }
    sums[get_global_id(0)] = sum_of_lanes((a + b) + (c + d));
}

// `turn` changes with every launch, so that what an earlier one wrote is no right answer.
__kernel void write_stretch(__global vector *values, const uint turn, const uint rows)
{
    const size_t apart = get_local_size(0);
    const size_t begin = get_group_id(0) * apart * rows + get_local_id(0);
    vector value = MIX((vector)((uint)begin * LANES) + LANE_INDEX) + (vector)(turn);
    const vector more = (vector)(MIX((uint)apart * LANES));
    __global vector *at = values + begin;
    for (uint k = 0; k < rows; k += 4) {
        STORE(value, at);
        STORE(value + more, at + apart);
        STORE(value + more * 2u, at + 2 * apart);
        STORE(value + more * 3u, at + 3 * apart);
        value += more * 4u;
        at += 4 * apart;
    }
}

__kernel void copy_stretch(__global const vector *restrict values, __global vector *restrict copied, const uint rows)
{
    const size_t apart = get_local_size(0);
    const size_t begin = get_group_id(0) * apart * rows + get_local_id(0);
    __global const vector *from = values + begin;
    __global vector *to = copied + begin;
    for (uint k = 0; k < rows; k += 4) {
        const vector a = from[0], b = from[apart], c = from[2 * apart], d = from[3 * apart];
        STORE(a, to);
        STORE(b, to + apart);
        STORE(c, to + 2 * apart);
        STORE(d, to + 3 * apart);
        from += 4 * apart;
        to += 4 * apart;
    }
}
