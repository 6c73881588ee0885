// Memory test: a pattern is written, later read back and compared on the device; what differs is listed by place.
// Every word's value follows from its number within the whole test, so that nothing has to be kept beside the memory itself.
// Errors: [0] how many, [1] and [2] first and last wrong vector of the launch, [3] unused, then MOST_LISTED times word, expected, got.
// Given by the build: MOST_LISTED.

#define SOLID 0
#define WALKING 1
#define ADDRESS 2
#define RANDOM 3

uint mixed(uint x)
{
    x ^= x >> 16;
    x *= 2246822519u;
    x ^= x >> 13;
    x *= 3266489917u;
    return x ^ x >> 16;
}

// `word` is the number within the whole test (below 2^40); `flip` is 0 or all ones: every pattern has its inverse.
uint value_at(const uint kind, const uint seed, const uint flip, const ulong word)
{
    uint value = seed;
    if (kind == WALKING) value = 1u << ((uint)(word + seed) & 31u);
    else if (kind == ADDRESS) value = (uint)word ^ ((uint)(word >> 32) * 2654435761u);
    else if (kind == RANDOM) value = mixed((uint)word ^ mixed((uint)(word >> 32) + seed));
    return value ^ flip;
}

uint4 values_at(const uint kind, const uint seed, const uint flip, const ulong word)
{
    return (uint4)(value_at(kind, seed, flip, word), value_at(kind, seed, flip, word + 1), value_at(kind, seed, flip, word + 2), value_at(kind, seed, flip, word + 3));
}

void list(volatile __global uint *errors, const uint word, const uint expected, const uint got)
{
    if (expected == got) return;
    const uint place = atomic_inc(errors);
    atomic_min(errors + 1, word);
    atomic_max(errors + 2, word);
    if (place < MOST_LISTED) {
        volatile __global uint *entry = errors + 4 + place * 3;
        entry[0] = word;
        entry[1] = expected;
        entry[2] = got;
    }
}

void compare(volatile __global uint *errors, const uint word, const uint4 expected, const uint4 got)
{
    if (!any(expected != got)) return;
    list(errors, word, expected.s0, got.s0);
    list(errors, word + 1, expected.s1, got.s1);
    list(errors, word + 2, expected.s2, got.s2);
    list(errors, word + 3, expected.s3, got.s3);
}

// `first` and `count` in vectors of four words; `base` is the number of the block's first word within the whole test.
// Work-items go side by side, as all memories want it; a group of one takes a stretch.
#define SPAN(first, count) \
    const uint groups = (uint)get_num_groups(0), width = (uint)get_local_size(0); \
    const uint stretch = ((count) + groups - 1) / groups; \
    const uint span_begin = (first) + (width == 1 ? (uint)get_group_id(0) * stretch : (uint)get_global_id(0)); \
    const uint span_end = width == 1 ? min(span_begin + stretch, (first) + (count)) : (first) + (count); \
    const uint span_step = width == 1 ? 1 : (uint)get_global_size(0);

__kernel void lay(__global uint4 *block, const ulong base, const uint first, const uint count, const uint kind, const uint seed, const uint flip)
{
    SPAN(first, count)
    for (uint i = span_begin; i < span_end; i += span_step) block[i] = values_at(kind, seed, flip, base + (ulong)i * 4);
}

__kernel void look(__global const uint4 *block, volatile __global uint *errors, const ulong base, const uint first, const uint count, const uint kind, const uint seed, const uint flip)
{
    SPAN(first, count)
    for (uint i = span_begin; i < span_end; i += span_step) compare(errors, i * 4, values_at(kind, seed, flip, base + (ulong)i * 4), block[i]);
}

// A moving inversion: each word is compared and at once written inverted.
__kernel void turn(__global uint4 *block, volatile __global uint *errors, const ulong base, const uint first, const uint count, const uint kind, const uint seed, const uint flip)
{
    SPAN(first, count)
    for (uint i = span_begin; i < span_end; i += span_step) {
        const uint4 right = values_at(kind, seed, flip, base + (ulong)i * 4);
        compare(errors, i * 4, right, block[i]);
        block[i] = ~right;
    }
}

// Copies `count` vectors from one place of the block to another; `alike` compares the two, and lists what differs at the second.
__kernel void carry(__global uint4 *block, const uint from, const uint to, const uint count)
{
    SPAN(0, count)
    for (uint i = span_begin; i < span_end; i += span_step) block[to + i] = block[from + i];
}

__kernel void alike(__global const uint4 *block, volatile __global uint *errors, const uint from, const uint to, const uint count)
{
    SPAN(0, count)
    for (uint i = span_begin; i < span_end; i += span_step) compare(errors, (to + i) * 4, block[from + i], block[to + i]);
}
